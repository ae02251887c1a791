using System.Globalization;
using System.Management.Automation;
using Rekkord.Engine.Configuration;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>
/// Lets a parameter take a length of time as the configuration writes it (<c>20m</c>, <c>7d</c>), beside a TimeSpan and its text. A plain
/// number is refused: PowerShell makes units of 100 ns of it, so that <c>60</c> would be next to nothing.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether null is passed on, as for a parameter that was not given.</summary>
    public override bool TransformNullOptionalParameters => false;

    /// <summary>Makes a TimeSpan of what was given, or leaves it to PowerShell.</summary>
    /// <exception cref="ArgumentTransformationMetadataException">It is a plain number.</exception>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is null or TimeSpan)
            return inputData;

        // To PowerShell 7d and 90s are numbers too, of the types decimal and short. As text they are what was written.
        var text = LanguagePrimitives.ConvertTo<string>(inputData).Trim();
        if (ConfigDuration.TryParse(text, out var duration))
            return duration;
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? throw new ArgumentTransformationMetadataException($"'{text}' has no unit. Write '{text}s', '{text}m', '{text}h' or '{text}d' for seconds, minutes, hours or days.")
            : inputData;
    }
}
