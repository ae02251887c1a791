BeforeDiscovery {
    # What the build needs to make the library on Linux; elsewhere the module may be without one.
    $isX64 = [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture -eq 'X64'
    $mustBeThere = $IsLinux -and (Get-Command gcc, clang -CommandType Application -ErrorAction Ignore)

    $cases = @(
        @{ Name = 'a save, a scan, a restore'; Script = {
            Invoke-RekkordSave files source
            Set-Content source/file.txt 'changed'
            Invoke-RekkordSave files source -Verbose
            Invoke-RekkordScan -Full -Verbose
            Restore-RekkordSnapshot files restored -Verbose
            Get-Content (Get-ChildItem restored -Filter file.txt -Recurse) } }
        @{ Name = 'a partial save'; Script = {
            Invoke-RekkordSave files source, master.key -Exclude *.none, /elsewhere/x -Verbose } }
        @{ Name = 'a save that leaves things out'; Script = {
            Set-Content source/.rekkordignore '*.log', '!keep.log'
            Set-Content source/a.log, source/keep.log, source/large ('x' * 2kb)
            $null = New-Item source/cache -ItemType Directory
            Set-Content source/cache/CACHEDIR.TAG 'Signature: 8a477f597d28d172789f06886806bc55'
            Set-Content source/cache/x x
            (Invoke-RekkordSave files source -ExcludeCaches -OneFileSystem -ExcludeLargerThan 1kb -Verbose).Omitted
            (Invoke-RekkordSave files source -NoIgnoreFiles).Omitted } }
        @{ Name = 'errors that are made terminating'; Script = {
            Invoke-RekkordSave files source, master.key -ErrorAction Stop } }
        @{ Name = 'nothing to save'; Script = { Invoke-RekkordSave files missing } }
        @{ Name = 'a keyfile of another repository'; Script = {
            $null = Initialize-RekkordRepository other other.key -WarningAction Ignore
            Restore-RekkordSnapshot files restored -KeyFile other.key } }
        @{ Name = 'a keyfile of the wrong role'; Script = {
            $null = New-RekkordKey master.key write.key WriteOnly -WarningAction Ignore
            Invoke-RekkordSave files source -KeyFile write.key
            Restore-RekkordSnapshot files restored -KeyFile write.key } }
        @{ Name = 'a damaged pack'; Script = {
            $bytes = [byte[]]::new(10kb) # one chunk: where a large file is cut depends on the repository's key
            [Random]::new(1).NextBytes($bytes)
            [IO.File]::WriteAllBytes((Join-Path $PWD source/large), $bytes)
            $null = Invoke-RekkordSave files source
            $pack = (Get-ChildItem repository/packs -File -Recurse | Sort-Object Length)[-1].FullName
            $bytes = [IO.File]::ReadAllBytes($pack)
            $bytes[5kb] = $bytes[5kb] -bxor 1
            [IO.File]::WriteAllBytes($pack, $bytes)
            Invoke-RekkordScan -Full
            Restore-RekkordSnapshot files restored } }
        @{ Name = 'a snapshot that is missing'; Script = { Restore-RekkordSnapshot none restored } }
        @{ Name = 'a destination that has something in it'; Script = {
            $null = Invoke-RekkordSave files source
            Restore-RekkordSnapshot files source } }
        @{ Name = 'what is left out of a restore'; Skip = $IsWindows; Script = {
            [IO.File]::SetUnixFileMode((Convert-Path source/file.txt), 'UserRead, SetUser')
            $null = Invoke-RekkordSave files source
            Restore-RekkordSnapshot files restored -NoSpecial -Verify -Include file.txt, *.none -Verbose } }
        @{ Name = 'hooks that a snapshot remembers'; Script = {
            $null = Invoke-RekkordSave files source
            (Get-RekkordSnapshot files).Hooks | Select-Object Name, Status, ExitCode } })
}

BeforeAll {
    . $PSScriptRoot/common.ps1

    $module = Split-Path $manifest

    # A copy of the module with something done to its native library, if it has one.
    function Copy-Module($Name, [scriptblock] $Change) {
        $copy = Join-Path $TestDrive $Name
        Copy-Item $module $copy -Recurse
        Get-ChildItem (Join-Path $copy native) -File -Recurse -Filter Rekkord.Native.* -ErrorAction Ignore | ForEach-Object { & $Change $_.FullName }
        Join-Path $copy Rekkord.psd1
    }

    # Runs a script in a new PowerShell with a module.
    function Invoke-WithModule($Manifest, $Script) {
        # Tests look at the exit code.
        $PSNativeCommandUseErrorActionPreference = $false
        $program, [string[]]$arguments = $pwsh
        & $program @arguments -NoProfile -NonInteractive -Command "`$ProgressPreference = 'SilentlyContinue'; Import-Module '$Manifest'; $Script"
    }

    # What all cases come to with a module, by name. What differs between any two runs is taken out: how many blobs a thread put into the segment
    # that is damaged, and whether a file was old enough at the first save for the second one to be sure that it changed.
    function Get-Outcome($Manifest, $Cases) {
        $directory = (New-Item -ItemType Directory (Join-Path $root "output/test/$([guid]::NewGuid())")).FullName
        try {
            foreach ($case in $Cases) {
                $base = Join-Path $directory ($case.Name -replace '\W', '-')
                $null = New-Item -ItemType Directory "$base/hooks", "$base/source"
                Set-Content "$base/source/file.txt" ('content ' * 1000)
                Set-Content "$base/hooks/10-hook.ps1" "'written by a hook'"
                Set-Content "$base/rekkord.toml" '[Repository]', "URL = 'repository'", "KeyFile = 'master.key'", '[Hooks]', "PreSaveDirectory = 'hooks'"
                Set-Content "$base/case.ps1" $case.Script
            }
            $runner = @'
                filter Show {
                    if ($_ -is [Management.Automation.ErrorRecord]) {
                        "error $($_.FullyQualifiedErrorId) $($_.CategoryInfo.Category) $($_.TargetObject) $($_.Exception.GetType()) $($_.Exception.InnerException.Message): $_"
                    } elseif ($_ -is [Management.Automation.InformationalRecord]) {
                        if ($_.Message -notlike 'The engine *') { "$($_.GetType().Name) $($_.Message)" }
                    } elseif ($_ -is [string]) {
                        "text $_"
                    } else {
                        $_ | Select-Object * -ExcludeProperty *Time, *Size, Duration, Hooks | ConvertTo-Json -Depth 5
                    }
                }
                foreach ($script in Get-ChildItem */case.ps1) {
                    Push-Location (Split-Path $script)
                    "=== $(Split-Path (Split-Path $script) -Leaf)"
                    $env:XDG_CACHE_HOME = Join-Path $PWD cache
                    $PSDefaultParameterValues = @{ '*-Rekkord*:ConfigPath' = 'rekkord.toml' }
                    $null = Initialize-RekkordRepository repository master.key -WarningAction Ignore
                    try { & $script *>&1 | Show } catch { 'ended'; $_ | Show }
                    Pop-Location
                }
'@
            $output = Invoke-WithModule $Manifest "Set-Location '$directory'; $runner"
            $outcome = @{}
            foreach ($line in $output.Replace($directory, 'DIRECTORY') -replace '\b[0-9a-f]{12,64}\b', 'ID' -replace 'packs/..', 'packs/' -replace '\d+ blobs', 'blobs' -replace 'may have changed', 'has changed') {
                if ($line -like '=== *') { $name = $line.Substring(4) } else { $outcome[$name] += "$line`n" }
            }
            $outcome
        } finally {
            Remove-Item $directory -Recurse -Force
        }
    }
}

Describe 'The native engine' {
    BeforeAll { $sandbox = New-Sandbox }
    AfterAll { Remove-Sandbox $sandbox }

    It 'is in the module that was built here, and does the work' -Skip:(-not $mustBeThere) {
        $said = Invoke-RekkordSave files $sandbox.Source -Verbose 4>&1 | Out-String
        $said | Should -BeLike '*The engine runs as native code.*'
        Get-Content /proc/self/maps | Where-Object { $_ -like '*/native/*/Rekkord.Native.so' } | Should -Not -BeNullOrEmpty
    }

    It 'is not used when it <Name>, and the command does its work' -Skip:(-not $mustBeThere) -ForEach @(
        @{ Name = 'is missing'; Reason = 'There is no'; Change = { Remove-Item $args[0] } }
        @{ Name = 'is no library'; Reason = 'cannot be loaded'; Change = { Set-Content $args[0] 'something else' } }
        @{ Name = 'was made from another version'; Reason = 'was made from another version of the module'; Change = {
            # Both sides have the ID of the engine's build in them.
            $engine = [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq 'Rekkord.Engine' }[0]
            $id = [Text.Encoding]::Latin1.GetString($engine.ManifestModule.ModuleVersionId.ToByteArray())
            $text = [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($args[0]))
            $text.Contains($id, [StringComparison]::Ordinal) | Should -BeTrue
            [IO.File]::WriteAllBytes($args[0], [Text.Encoding]::Latin1.GetBytes($text.Replace($id, 'another version!'))) } }
    ) {
        $copy = Copy-Module $Name $Change
        $said = Invoke-WithModule $copy "Invoke-RekkordSave files '$($sandbox.Source)' -ConfigPath '$($sandbox.Config)' -Verbose 4>&1 | ForEach-Object { `"`$_ `$(`$_.Status)`" }" | Out-String
        $said | Should -BeLike "*The engine is compiled as it runs.*$Reason*"
        $said | Should -BeLike '*Succeeded*'
    }

    It 'is not used on a processor without AVX2, and the command does its work' -Skip:(-not $mustBeThere -or -not $isX64) {
        # What PowerShell's own runtime is told not to see.
        $env:DOTNET_EnableAVX2 = '0'
        try {
            $said = Invoke-WithModule $manifest "Invoke-RekkordSave files '$($sandbox.Source)' -ConfigPath '$($sandbox.Config)' -Verbose 4>&1 | ForEach-Object { `"`$_ `$(`$_.Status)`" }" | Out-String
        } finally {
            $env:DOTNET_EnableAVX2 = $null
        }
        $said | Should -BeLike '*The engine is compiled as it runs. The native library needs a processor with AVX2.*'
        $said | Should -BeLike '*Succeeded*'
    }

    It 'stops in the midst of a save: post hooks run, nothing goes on or is left over, and the repository is as good as before' -Skip:(-not $mustBeThere) {
        $stopped = New-Sandbox
        try {
            $null = Invoke-RekkordSave files $stopped.Source
            Set-Hook $stopped PostSave 90-log "#!/bin/sh`necho `$SUCCESS `$REKKORD_OUTCOME >> `"`$TEST_LOG`"`n"
            $block, $random = [byte[]]::new(16MB), [Random]::new(1)
            $large = [IO.File]::Create((Join-Path $stopped.Source large))
            foreach ($i in 1..40) { $random.NextBytes($block); $large.Write($block) }
            $large.Dispose()

            # In a process of its own, whose exit code then says that it was stopped.
            $said = Invoke-WithModule $manifest @"
                `$session = [PowerShell]::Create().AddScript("Import-Module '$manifest'; Invoke-RekkordSave files '$($stopped.Source)' -ConfigPath '$($stopped.Config)' -Verbose")
                `$null = Register-ObjectEvent `$session.Streams.Progress DataAdded -SourceIdentifier progress
                `$running = `$session.BeginInvoke()
                # It shows how far it is once it works.
                `$null = Wait-Event progress -Timeout 120
                `$session.Stop()
                `$session.Streams.Verbose.Message
                "state `$(`$session.InvocationStateInfo.State)"
                # The library's threads have names.
                "goes on: `$((Get-Content /proc/self/task/*/comm -ErrorAction Ignore) -like 'Rekkord*')."
"@
            $LASTEXITCODE | Should -Be 130
            $said | Should -Contain 'The engine runs as native code.'
            $said | Should -Contain 'state Stopped'
            $said | Should -Contain 'goes on: .'
            Get-HookLog $stopped | Should -Be '0 cancelled'
            Get-ChildItem (Join-Path $stopped.Repository tmp) | Should -BeNullOrEmpty
            Get-RekkordSnapshot | Should -HaveCount 1
            (Invoke-RekkordScan -Full).Status | Should -Be Succeeded
            (Invoke-RekkordSave files $stopped.Source).Status | Should -Be Succeeded, Succeeded
            $null = Restore-RekkordSnapshot files $stopped.Destination
            (Get-ChildItem $stopped.Destination -Filter large -Recurse | Get-FileHash).Hash | Should -Be (Get-FileHash (Join-Path $stopped.Source large)).Hash
        } finally {
            Remove-Sandbox $stopped
            $PSDefaultParameterValues['*-Rekkord*:ConfigPath'] = $sandbox.Config
            $env:TEST_LOG = $sandbox.Log
        }
    }

    It 'leaves no key in the memory of the process' -Skip:(-not $mustBeThere) {
        $engine = [AppDomain]::CurrentDomain.GetAssemblies().Where{ $_.GetName().Name -eq 'Rekkord.Engine' }[0]
        $keys = $engine.GetType('Rekkord.Engine.Cryptography.KeyFile').GetMethod('Read').Invoke($null, [object[]]([string]$sandbox.KeyFile, $null))
        $secrets = @{}
        foreach ($name in 'Seed', 'IdKey', 'IndexKey', 'DataPrivateKey', 'LogPrivateKey', 'SigningPrivateKey') {
            $property = $keys.GetType().GetProperty($name, [Reflection.BindingFlags]'NonPublic, Instance')
            $secrets[$name] = [Text.Encoding]::Latin1.GetString($property.GetValue($keys))
        }
        # What the process keeps is found.
        $kept = [guid]::NewGuid()
        $secrets['Kept'] = [Text.Encoding]::Latin1.GetString([guid]::new($kept.ToByteArray().ForEach{ $_ -bxor 0xff }).ToByteArray())
        $script = @"
            `$ProgressPreference = 'SilentlyContinue'
            Import-Module '$manifest'
            `$common = @{ ConfigPath = '$($sandbox.Config)' }
            `$kept = [byte[]]([guid]'$kept').ToByteArray().ForEach{ `$_ -bxor 0xff }
            `$null = Invoke-RekkordSave secrets '$($sandbox.Source)' @common
            `$null = Invoke-RekkordScan -Full @common
            `$null = Restore-RekkordSnapshot secrets '$($sandbox.Destination)' @common
            [GC]::Collect(); [GC]::WaitForPendingFinalizers(); [GC]::Collect()
            'done'
            `$null = [Console]::In.ReadLine()
            `$kept.Length
"@
        $program, [string[]]$arguments = $pwsh
        $start = [Diagnostics.ProcessStartInfo]::new($program, [string[]]($arguments + @('-NoProfile', '-NonInteractive', '-Command', $script)))
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $process = [Diagnostics.Process]::Start($start)
        try {
            $process.StandardOutput.ReadLine() | Should -Be done
            $maps = Get-Content "/proc/$($process.Id)/maps"
            $maps | Where-Object { $_ -like '*Rekkord.Native.so' } | Should -Not -BeNullOrEmpty
            $memory = [IO.FileStream]::new("/proc/$($process.Id)/mem", 'Open', 'Read', 'ReadWrite', 0)
            $buffer = [byte[]]::new(4MB)
            $found = foreach ($line in $maps) {
                $range, $access, $rest = -split $line
                if ($access -notlike 'rw*' -or $line -like '*/dev/*') { continue }
                $from, $to = $range.Split('-').ForEach{ [Convert]::ToInt64($_, 16) }
                # Pieces overlap by more than a secret's length.
                for ($at = $from; $at -lt $to; $at += $buffer.Length - 64) {
                    $memory.Position = $at
                    try { $length = $memory.Read($buffer, 0, [Math]::Min($buffer.Length, $to - $at)) } catch [IO.IOException] { continue }
                    $text = [Text.Encoding]::Latin1.GetString($buffer, 0, $length)
                    $secrets.Keys.Where{ $text.Contains($secrets[$_], [StringComparison]::Ordinal) }
                }
            }
            $memory.Dispose()
            $found | Sort-Object -Unique | Should -Be 'Kept'
        } finally {
            $keys.Dispose()
            $process.Kill()
            $process.WaitForExit()
        }
    }

    Context 'gives the same as the engine that is compiled as it runs' -ForEach @{ Cases = $cases.Where{ -not $_['Skip'] } } {
        BeforeAll {
            $native = Get-Outcome $manifest $Cases
            $managed = Get-Outcome (Copy-Module without { Remove-Item $args[0] }) $Cases
        }

        It '<Name>' -ForEach $cases.Where{ -not $_['Skip'] } {
            $name = $Name -replace '\W', '-'
            $native[$name] | Should -Not -BeNullOrEmpty
            $native[$name] | Should -BeExactly $managed[$name]
        }
    }
}
