using System.Globalization;
using System.Net;
using System.Text;

namespace Rekkord.Benchmarks.Growth;

/// <summary>A plot of lines over two logarithmic axes, as SVG in colours that are legible on light and on dark.</summary>
/// <param name="title">The heading.</param>
/// <param name="horizontal">Unit of the horizontal axis.</param>
/// <param name="vertical">Unit of the vertical axis.</param>
internal sealed class LinePlot(string title, string horizontal, string vertical)
{
    private const int Width = 720;
    private const int Height = 400;
    private const int Left = 70;
    private const int Right = 580;
    private const int Top = 50;
    private const int Bottom = 340;
    private const int LabelHeight = 17;
    private const int TickDistance = 50;
    private const string Ink = "#7d7d7d";

    private static readonly string[] Colours = ["#3b82f6", "#e0683c", "#2f9e63", "#b05cc6", "#b8860b", "#d6457f"];

    private readonly List<(string Name, IReadOnlyList<(double X, double Y)> Points)> _lines = [];
    private readonly StringBuilder _svg = new();

    /// <summary>Adds a line.</summary>
    /// <param name="name">Its label.</param>
    /// <param name="points">Its points from left to right; all above 0.</param>
    public void Add(string name, IReadOnlyList<(double X, double Y)> points) => _lines.Add((name, points));

    /// <summary>Draws all lines.</summary>
    public string ToSvg()
    {
        var points = _lines.SelectMany(line => line.Points).ToList();
        var amounts = points.Select(point => point.X).Distinct().Order().ToList();
        // The sizes that were measured are the ticks: nothing is known between them.
        var x = new LogAxis(amounts[0], Math.Max(amounts[^1], amounts[0] * 1.1), Left, Right);
        var y = LogAxis.Around([.. points.Select(point => point.Y)], Bottom, Top);
        Write($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" font-family=\"sans-serif\" font-size=\"12\">");
        Write($"<title>{Escape(title)}</title>");
        Text(Left, 26, "start", Ink, title, "font-size=\"15\"");
        var next = double.MinValue;
        foreach (var amount in amounts.Where(amount => x.Place(amount) >= next))
        {
            next = x.Place(amount) + TickDistance;
            Rule(x.Place(amount), Top, x.Place(amount), Bottom);
            Text(x.Place(amount), Bottom + 18, "middle", Ink, amount.ToString("N0", CultureInfo.InvariantCulture));
        }

        foreach (var tick in y.Ticks())
        {
            Rule(Left, y.Place(tick), Right, y.Place(tick));
            Text(Left - 8, y.Place(tick) + 4, "end", Ink, tick.ToString("#,0.######", CultureInfo.InvariantCulture));
        }

        Text((Left + Right) / 2.0, Bottom + 42, "middle", Ink, horizontal);
        Text(0, 0, "middle", Ink, vertical, $"transform=\"translate(18 {(Top + Bottom) / 2}) rotate(-90)\"");
        for (var i = 0; i < _lines.Count; i++)
            DrawLine(_lines[i].Points, x, y, Colours[i % Colours.Length]);
        LabelLines(x, y);
        Write($"</svg>");
        return _svg.ToString();
    }

    private void DrawLine(IReadOnlyList<(double X, double Y)> points, LogAxis x, LogAxis y, string colour)
    {
        var places = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{x.Place(point.X):f1},{y.Place(point.Y):f1}")));
        Write($"<polyline points=\"{places}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        foreach (var point in points)
            Write($"<circle cx=\"{x.Place(point.X):f1}\" cy=\"{y.Place(point.Y):f1}\" r=\"3.5\" fill=\"{colour}\"/>");
    }

    /// <summary>Writes the names beside the ends of the lines, from the highest to the lowest and none over another.</summary>
    private void LabelLines(LogAxis x, LogAxis y)
    {
        var next = double.MinValue;
        foreach (var (index, line) in _lines.Index().OrderBy(line => y.Place(line.Item.Points[^1].Y)))
        {
            var end = line.Points[^1];
            var place = Math.Max(y.Place(end.Y) + 4, next);
            Text(x.Place(end.X) + 10, place, "start", Colours[index % Colours.Length], line.Name);
            next = place + LabelHeight;
        }
    }

    private void Rule(double x1, double y1, double x2, double y2) =>
        Write($"<line x1=\"{x1:f1}\" y1=\"{y1:f1}\" x2=\"{x2:f1}\" y2=\"{y2:f1}\" stroke=\"{Ink}\" stroke-opacity=\"0.3\"/>");

    private void Text(double x, double y, string anchor, string colour, string text, string attributes = "") =>
        Write($"<text x=\"{x:f1}\" y=\"{y:f1}\" text-anchor=\"{anchor}\" fill=\"{colour}\" {attributes}>{Escape(text)}</text>");

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private void Write(FormattableString element) => _svg.AppendLine(element.ToString(CultureInfo.InvariantCulture));
}
