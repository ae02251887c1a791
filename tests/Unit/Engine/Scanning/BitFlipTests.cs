using Rekkord.Engine.Errors;
using Rekkord.Engine.Scanning;
using Xunit.Abstractions;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>One bit is flipped at a position of a stored object and then put back, at one position after the other.</summary>
public sealed class BitFlipTests(TinyDamageFixture fixture, ITestOutputHelper output) : IClassFixture<TinyDamageFixture>
{
    private const int ShortCount = 16;

    public static TheoryData<StoredType> Types => [.. Enum.GetValues<StoredType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_bit_flipped_anywhere_is_found_and_named_and_nothing_wrong_is_restored(StoredType type)
    {
        var path = fixture.Find(type);
        var bytes = File.ReadAllBytes(path);
        var random = new Random((int)type);
        var positions = TestLength.Choose([.. Enumerable.Range(0, bytes.Length)], ShortCount).ToArray();
        foreach (var position in positions)
        {
            var bit = random.Next(8);
            File.WriteAllBytes(path, [.. bytes[..position], (byte)(bytes[position] ^ (1 << bit)), .. bytes[(position + 1)..]]);
            try
            {
                Check(type, fixture.NameOf(path));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Bit {bit} of byte {position} of {bytes.Length}: {failure.Message}", failure);
            }
            finally
            {
                File.WriteAllBytes(path, bytes);
            }
        }

        Assert.Empty(fixture.Scan(full: true).Problems);
        output.WriteLine($"{type}: {positions.Length} of {bytes.Length} positions.");
    }

    private void Check(StoredType type, string name)
    {
        if (type == StoredType.Descriptor)
        {
            AssertClosed();
            return;
        }

        var problems = fixture.Scan(full: true).Problems;
        Assert.Equal(Expected(type, name), problems.Select(problem => (problem.Kind, problem.ObjectName)));
        switch (type)
        {
            case StoredType.Tag or StoredType.Snapshot:
                Assert.Equal([fixture.VictimId], problems.SelectMany(problem => problem.Snapshots).Distinct());
                Assert.ThrowsAny<RekkordException>(() => fixture.RestoreAndCompare(DamageFixture.Victim));
                Assert.False(Directory.Exists(fixture.Repository.Destination), "Something was restored of a snapshot that cannot be read.");
                break;
            case StoredType.Revocation:
                var (_, revoked, damaged) = fixture.List();
                Assert.Equal([name], damaged);
                Assert.Equal([fixture.RevokedId], revoked);
                break;
            default:
                fixture.AssertTold(fixture.RestoreAndCompare(DamageFixture.Victim), problems[0]);
                break;
        }
    }

    private (ProblemKind Kind, string ObjectName)[] Expected(StoredType type, string name) => type switch
    {
        StoredType.Index => [(ProblemKind.IndexDamaged, name)],
        StoredType.Tag => [(ProblemKind.TagDamaged, name), (ProblemKind.TagMissing, fixture.NameOf(fixture.Find(StoredType.Snapshot)))],
        StoredType.Snapshot => [(ProblemKind.SnapshotDamaged, name)],
        StoredType.Revocation => [(ProblemKind.RevocationDamaged, name)],
        _ => [(ProblemKind.PackDamaged, name)],
    };

    private void AssertClosed()
    {
        foreach (var use in new Action[] { () => fixture.Scan(full: true), () => fixture.RestoreAndCompare(DamageFixture.Victim) })
        {
            var error = Assert.ThrowsAny<RekkordException>(use);
            Assert.Contains(error.ErrorId, (string[])["NotARepository", "RepositoryVersionUnknown", "ObjectDamaged"]);
            Assert.Contains(error.Target, (string[])["rekkord", fixture.Repository.Location]);
        }
    }
}
