using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Tests.FileSystem;

public sealed class NameOrderTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 3)]
    [InlineData(2, 0)]
    [InlineData(1000, 0)]
    [InlineData(1000, 7)]
    [InlineData(1000, 40)]
    public void Random_names_come_in_byte_order_and_once(int count, int sharedPrefix)
    {
        var random = new Random(count + sharedPrefix);
        var names = Enumerable.Range(0, count).Select(_ =>
        {
            var name = new byte[sharedPrefix + random.Next(1, 12)];
            Array.Fill(name, (byte)'p');
            for (var i = sharedPrefix; i < name.Length; i++)
                name[i] = random.Next(3) switch { 0 => 1, 1 => (byte)'a', _ => 255 }; // few values: many names share long starts
            return name;
        }).ToList();

        var expected = names.DistinctBy(Convert.ToHexString).ToList();
        expected.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));
        Assert.Equal(expected, NameOrder.SortDistinct(names));
    }
}
