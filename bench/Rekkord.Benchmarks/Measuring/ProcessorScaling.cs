using System.Diagnostics;
using Rekkord.Benchmarks.Inputs;
using Rekkord.Engine.Packs;
using ZstdSharp;

namespace Rekkord.Benchmarks.Measuring;

/// <summary>
/// How much more all processors do together than one. A virtual machine's two processors may be two cores now and two threads of one core
/// a minute later; a program that uses one of them takes no notice, one that uses both does.
/// </summary>
internal static class ProcessorScaling
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    /// <summary>Measures it, for three seconds.</summary>
    /// <returns>1 when they do no more than one, their number when each does as much as one alone.</returns>
    public static double Measure()
    {
        var text = new byte[1024 * 1024];
        new RandomContent(1).FillText(text);
        Compress(text, threads: 1); // until the code is in its final form
        var alone = Compress(text, threads: 1);
        return Compress(text, Environment.ProcessorCount) / (double)alone;
    }

    /// <returns>How often all threads together compressed the text.</returns>
    private static long Compress(byte[] text, int threads)
    {
        var count = 0L;
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            using var compressor = SegmentPacker.CreateCompressor(1);
            var output = new byte[Compressor.GetCompressBound(text.Length)];
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < Duration; Interlocked.Increment(ref count))
                compressor.Wrap(text, output);
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        return count;
    }
}
