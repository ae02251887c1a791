using System.Management.Automation.Host;

namespace Rekkord.Shell;

/// <summary>The console's measures; what would draw on it or read single keys is not there.</summary>
internal sealed class ShellRawUserInterface : PSHostRawUserInterface
{
    private static readonly Size WhenRedirected = new(120, 50);

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;
    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;
    public override Size BufferSize { get => WindowSize; set => throw Unsupported(); }
    public override Coordinates CursorPosition { get => default; set => throw Unsupported(); }
    public override int CursorSize { get; set; } = 25;
    public override bool KeyAvailable => false;
    public override Size MaxPhysicalWindowSize => WindowSize;
    public override Size MaxWindowSize => WindowSize;
    public override Coordinates WindowPosition { get => default; set => throw Unsupported(); }
    public override string WindowTitle { get; set; } = "Rekkord";

    public override Size WindowSize
    {
        get => Console.IsOutputRedirected || Console.WindowWidth <= 0 ? WhenRedirected : new Size(Console.WindowWidth, Console.WindowHeight);
        set => throw Unsupported();
    }

    // Keys that wait are for whoever reads a line next.
    public override void FlushInputBuffer() { }
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Unsupported();
    public override KeyInfo ReadKey(ReadKeyOptions options) => throw Unsupported();
    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw Unsupported();
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw Unsupported();
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Unsupported();

    private static NotSupportedException Unsupported() => new("Rekkord.Shell cannot draw on the console.");
}
