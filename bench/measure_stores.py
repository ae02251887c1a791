#!/usr/bin/env python3
"""Times this module and restic against the same server, with and without a delay on the line, alternating.

measure_stores.py --data DIR --module Rekkord.psd1 --restic restic --work DIR [--runs 2] [--delays 0,25]
                  [--s3 http://127.0.0.1:PORT/BUCKET] [--sftp USER@127.0.0.1:PORT/PATH --ssh "ssh -i KEY"]

The server has to be on this machine; its bucket or directory has to exist. The keys of the bucket are in AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY. Each command is a new process: a new pwsh for the module. A delay is that of one way, in milliseconds.
"""
import argparse, asyncio, os, re, shutil, statistics, subprocess, threading, time, urllib.parse, uuid

# A client waits for the answer before it sends another request on the same connection, so a request begins what comes in one piece.
REQUEST = re.compile(rb'(GET|HEAD|PUT|POST|DELETE) /')

STEPS = ['initialize', 'first save', 'unchanged save', 'list', 'restore one file', 'restore all', 'full scan']


class Line:
    """A line to a server that takes a while: what comes in at one end comes out at the other after the delay."""

    def __init__(self, host, port, delay):
        self.host, self.port, self.delay, self.bytes, self.requests = host, port, delay, 0, 0
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self.run, args=(ready,), daemon=True).start()
        ready.wait()

    def run(self, ready):
        server = self.loop.run_until_complete(asyncio.start_server(self.serve, '127.0.0.1', 0))
        self.near = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def serve(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection(self.host, self.port)
        await asyncio.gather(self.carry(reader, far_writer), self.carry(far_reader, writer))

    async def carry(self, reader, writer):
        pending = asyncio.Queue(256)

        async def deliver():
            while (item := await pending.get()) is not None:
                await asyncio.sleep(max(0, item[0] - self.loop.time()))
                writer.write(item[1])
                await writer.drain()

        delivery = asyncio.ensure_future(deliver())
        try:
            while data := await reader.read(262144):
                self.bytes += len(data)
                self.requests += REQUEST.match(data) is not None
                await pending.put((self.loop.time() + self.delay, data))
        except OSError:
            pass  # the other end is gone, as at the end of a command
        await pending.put(None)
        try:
            await delivery
        except OSError:
            pass
        writer.close()


class Restic:
    name = 'restic'

    def __init__(self, options, url, extra):
        self.base = [options.restic, '-q', '-r', url, *extra]
        self.env = {**os.environ, 'RESTIC_PASSWORD': 'measured', 'RESTIC_CACHE_DIR': f'{options.work}/restic-cache'}
        self.cache = [f'{options.work}/restic-cache']

    def run(self, step, options):
        one = f'{options.work}/one'
        whole = f'{options.work}/whole'
        arguments = {
            'initialize': ['init'],
            'first save': ['backup', options.data],
            'unchanged save': ['backup', options.data],
            'list': ['snapshots'],
            'restore one file': ['restore', 'latest', '--target', one, '--include', options.one],
            'restore all': ['restore', 'latest', '--target', whole],
            'full scan': ['check', '--read-data'],
        }[step]
        subprocess.run(self.base + arguments, env=self.env, check=True, stdout=subprocess.DEVNULL)


class Rekkord:
    name = 'rekkord'

    def __init__(self, options, url, env):
        self.common = f"-Repository '{url}' -KeyFile '{options.work}/master.key'"
        self.env = {**os.environ, **env, 'XDG_CACHE_HOME': f'{options.work}/rekkord-cache'}
        self.module = options.module
        self.pwsh = options.pwsh
        self.cache = [f'{options.work}/rekkord-cache', f'{options.work}/master.key']

    def run(self, step, options):
        command = {
            'initialize': f'Initialize-RekkordRepository {self.common} -WarningAction Ignore',
            'first save': f"Invoke-RekkordSave all '{options.data}' {self.common}",
            'unchanged save': f"Invoke-RekkordSave all '{options.data}' {self.common}",
            'list': f'Get-RekkordSnapshot {self.common}',
            'restore one file': f"Restore-RekkordSnapshot 'all:{options.one}' '{options.work}/one/file' {self.common}",
            'restore all': f"Restore-RekkordSnapshot all '{options.work}/whole' {self.common}",
            'full scan': f'Invoke-RekkordScan -Full {self.common}',
        }[step]
        script = f"$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; Import-Module '{self.module}'; $null = {command}"
        subprocess.run([self.pwsh, '-NoProfile', '-NonInteractive', '-Command', script], env=self.env, check=True, stdout=subprocess.DEVNULL)


def open_pair(options, kind, delay):
    run = uuid.uuid4().hex[:8]
    if kind == 's3':
        server = urllib.parse.urlparse(options.s3)
        line = Line(server.hostname, server.port, delay)
        url = f's3:http://127.0.0.1:{line.near}{server.path}'
        return line, Restic(options, f'{url}/restic-{run}', []), Rekkord(options, f'{url}/rekkord-{run}', {})
    user, rest = options.sftp.split('@')
    place, path = rest.split('/', 1)
    host, port = place.split(':')
    line = Line(host, int(port), delay)
    ssh = f'{options.ssh} -p {line.near} {user}@127.0.0.1 -s sftp'
    restic = Restic(options, f'sftp:{user}@127.0.0.1:/{path}/restic-{run}', ['-o', f'sftp.command={ssh}'])
    rekkord = Rekkord(options, f'sftp://{user}@127.0.0.1:{line.near}//{path}/rekkord-{run}', {'REKKORD_SFTP_COMMAND': options.ssh})
    return line, restic, rekkord


def measure(options, kind, delay):
    times = {}
    for number in range(options.runs):
        line, *tools = open_pair(options, kind, delay / 1000)
        for tool in tools:
            for path in tool.cache:
                shutil.rmtree(path, ignore_errors=True) if os.path.isdir(path) else os.path.exists(path) and os.remove(path)
        for step in STEPS:
            for tool in tools if number % 2 == 0 else reversed(tools):
                for place in ('one', 'whole'):
                    shutil.rmtree(f'{options.work}/{place}', ignore_errors=True)
                start, carried, asked = time.monotonic(), line.bytes, line.requests
                tool.run(step, options)
                times.setdefault((step, tool.name), []).append((time.monotonic() - start, (line.bytes - carried) / 1e6, line.requests - asked))
    print(f'\n{kind}, {delay} ms each way, medians of {options.runs}:')
    for step in STEPS:
        ours, theirs = times[step, 'rekkord'], times[step, 'restic']
        ratio = statistics.median(their[0] / our[0] for our, their in zip(ours, theirs))
        print(f'  {step:17} {ratio:5.2f} times as fast as restic   '
              f'{describe(ours)}, restic {describe(theirs)}', flush=True)


def describe(runs):
    asked = f' {runs[-1][2]:4} requests' if runs[-1][2] else ''
    return f'{statistics.median(x[0] for x in runs):6.2f} s {runs[-1][1]:6.1f} MB{asked}'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('data', 'module', 'work'):
        parser.add_argument(f'--{name}', required=True)
    parser.add_argument('--restic', default='restic')
    parser.add_argument('--pwsh', default='pwsh')
    parser.add_argument('--s3')
    parser.add_argument('--sftp')
    parser.add_argument('--ssh', default='ssh')
    parser.add_argument('--runs', type=int, default=2)
    parser.add_argument('--delays', default='0,25')
    options = parser.parse_args()
    files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(options.data) for name in names)
    options.one = files[len(files) // 2]
    os.makedirs(options.work, exist_ok=True)
    for delay in map(float, options.delays.split(',')):
        for kind in ('s3', 'sftp'):
            if getattr(options, kind):
                measure(options, kind, delay)


if __name__ == '__main__':
    main()
