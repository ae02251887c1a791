using Rekkord.Engine.Errors;
using Rekkord.Engine.Scanning;

namespace Rekkord.Engine.Tests.Scanning;

/// <summary>Whatever happens to any stored object: it is found, named, its consequences are told, and nothing wrong is ever restored.</summary>
public sealed class DamageTests(DamageFixture fixture) : IClassFixture<DamageFixture>, IDisposable
{
    public static TheoryData<StoredType, Damage> Packs => Cases(StoredType.DataPack, StoredType.MetadataPack);

    public static TheoryData<StoredType, Damage> Records => Cases(StoredType.Tag, StoredType.Snapshot);

    public static TheoryData<StoredType, Damage> Indexes => Cases(StoredType.Index);

    public static TheoryData<StoredType, Damage> Descriptors => Cases(StoredType.Descriptor);

    public static TheoryData<StoredType, Damage> Revocations => Cases(StoredType.Revocation);

    public void Dispose() => fixture.Reset();

    [Theory]
    [MemberData(nameof(Packs))]
    public void A_damaged_pack_is_found_and_costs_only_what_the_scan_says(StoredType type, Damage damage)
    {
        var name = Apply(type, damage);

        foreach (var full in new[] { false, true })
        {
            var problem = Assert.Single(fixture.Scan(full).Problems);
            Assert.Equal(name, problem.ObjectName);
            Assert.Equal(damage == Damage.Delete ? ProblemKind.PackMissing : ProblemKind.PackDamaged, problem.Kind);
            Assert.Equal(problem.PathCount > 0 ? [fixture.VictimId] : [], problem.Snapshots);

            var missing = fixture.RestoreAndCompare(DamageFixture.Victim);
            fixture.AssertTold(missing, problem);
        }

        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Bystander));
        AssertRepairs();
    }

    [Theory]
    [InlineData(Damage.FlipInTheMiddle)]
    [InlineData(Damage.CutByAFifth)]
    public void A_pack_damaged_in_one_place_loses_some_files_and_keeps_others(Damage damage)
    {
        Apply(StoredType.DataPack, damage);

        var missing = fixture.RestoreAndCompare(DamageFixture.Victim);

        Assert.InRange(missing.Count, 1, 30);
    }

    [Theory]
    [InlineData(Damage.FlipLastByte)]
    [InlineData(Damage.CutByOneByte)]
    [InlineData(Damage.Extend)]
    public void A_pack_damaged_beyond_its_content_loses_nothing(Damage damage)
    {
        Apply(StoredType.DataPack, damage);

        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Victim));
    }

    [Theory]
    [InlineData(StoredType.DataPack, Damage.FlipInTheMiddle)]
    [InlineData(StoredType.DataPack, Damage.CutByAFifth)]
    [InlineData(StoredType.DataPack, Damage.Extend)]
    [InlineData(StoredType.MetadataPack, Damage.FlipLastByte)]
    public void A_repair_keeps_what_can_still_be_read_of_a_damaged_pack(StoredType type, Damage damage)
    {
        Apply(type, damage);
        var before = fixture.RestoreAndCompare(DamageFixture.Victim);

        fixture.Scan(full: false, repair: true);

        Assert.Equal(before, fixture.RestoreAndCompare(DamageFixture.Victim));
    }

    [Theory]
    [MemberData(nameof(Indexes))]
    public void A_damaged_index_is_found_and_costs_nothing(StoredType type, Damage damage)
    {
        var name = Apply(type, damage);

        var scan = fixture.Scan(full: true);

        // What an index says stands in the packs too, so one that is gone is no problem; it cannot be named either. The index of the
        // revoked keyfile does not count.
        Assert.Equal(4, scan.UnindexedPacks);
        Assert.Equal(damage == Damage.Delete ? [] : [(ProblemKind.IndexDamaged, name)], scan.Problems.Select(problem => (problem.Kind, problem.ObjectName)));
        Assert.All(scan.Problems, problem => Assert.Empty(problem.Snapshots));
        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Victim));
        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Bystander));
        AssertRepairs();
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void A_damaged_tag_or_snapshot_is_found_and_touches_its_snapshot_only(StoredType type, Damage damage)
    {
        var snapshot = fixture.NameOf(fixture.Find(StoredType.Snapshot));
        var name = Apply(type, damage);

        var problems = fixture.Scan(full: true).Problems.ToDictionary(problem => (problem.Kind, problem.ObjectName));

        var expected = new HashSet<(ProblemKind, string)>();
        if (damage != Damage.Delete)
            expected.Add((type == StoredType.Tag ? ProblemKind.TagDamaged : ProblemKind.SnapshotDamaged, name));
        if (type == StoredType.Tag)
            expected.Add((ProblemKind.TagMissing, snapshot));
        else if (damage == Damage.Delete)
            expected.Add((ProblemKind.SnapshotMissing, snapshot));
        Assert.Equal(expected, problems.Keys.ToHashSet());
        Assert.Equal([fixture.VictimId], problems.Values.SelectMany(problem => problem.Snapshots).Distinct());
        if ((type, damage) == (StoredType.Tag, Damage.Delete))
        {
            // Nothing says anything wrong about the snapshot, and a reader finds it without its tag.
            Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Victim));
        }
        else
        {
            var error = Assert.ThrowsAny<RekkordException>(() => fixture.RestoreAndCompare(DamageFixture.Victim));
            Assert.Contains(error.ErrorId, (string[])["SnapshotNotFound", "ObjectDamaged", "ObjectNotFound"]);
            Assert.False(Directory.Exists(fixture.Repository.Destination), "Something was restored of a snapshot that cannot be read.");
        }

        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Bystander));
        AssertRepairs();
    }

    [Theory]
    [MemberData(nameof(Descriptors))]
    public void A_damaged_descriptor_keeps_the_repository_closed_and_its_copy_opens_it(StoredType type, Damage damage)
    {
        var path = fixture.Find(type);
        var copy = File.ReadAllBytes(path);
        Apply(type, damage);

        var errors = new[] { Open(() => fixture.Scan(full: true)), Open(() => fixture.RestoreAndCompare(DamageFixture.Victim)), Open(() => fixture.SaveChannel(DamageFixture.Victim)) };

        Assert.Single(errors.Distinct());
        Assert.Contains(errors[0], (string[])["NotARepository", "RepositoryVersionUnknown", "ObjectDamaged", "KeyFileMismatch"]);
        File.WriteAllBytes(path, copy);
        Assert.Empty(fixture.Scan(full: true).Problems);
    }

    [Theory]
    [MemberData(nameof(Revocations))]
    public void A_damaged_revocation_is_found_distrusts_its_key_alone_and_can_be_made_again(StoredType type, Damage damage)
    {
        var name = Apply(type, damage);
        var isThere = damage != Damage.Delete;

        // One that is gone goes unnoticed (docs/security.md): its key counts again.
        foreach (var repair in new[] { false, true })
        {
            var problems = fixture.Scan(full: true, repair).Problems;
            Assert.Equal(isThere ? [(ProblemKind.RevocationDamaged, name, null)] : [], problems.Select(problem => (problem.Kind, problem.ObjectName, problem.Repair)));
            Assert.All(problems, problem => Assert.Equal([fixture.RevokedId], problem.Snapshots));
        }

        var (trusted, revoked, damaged) = fixture.List();
        Assert.Equal(isThere ? [name] : [], damaged);
        Assert.Equal(isThere ? [fixture.RevokedId] : [], revoked);
        Assert.Superset(new HashSet<string> { fixture.VictimId, fixture.BystanderId }, trusted);
        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Victim));
        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Revoked, fixture.RevokedId));
        if (isThere)
        {
            Assert.Equal("SnapshotNotFound", Open(() => fixture.RestoreAndCompare(DamageFixture.Revoked)));
            Assert.Equal("ObjectDamaged", Open(() => fixture.SaveRevoked()));
        }

        fixture.RevokeAgain();
        Assert.Empty(fixture.Scan(full: true).Problems);
        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Revoked));
        Assert.Equal("KeyRevoked", Open(() => fixture.SaveRevoked()));
    }

    private static string Open(Action action) => Assert.ThrowsAny<RekkordException>(action).ErrorId;

    private static TheoryData<StoredType, Damage> Cases(params StoredType[] types)
    {
        var cases = new TheoryData<StoredType, Damage>();
        for (var i = 0; i < types.Length; i++)
        {
            // Of two types that are treated alike each has every other damage in the short form, and both can be lost.
            foreach (var damage in Enum.GetValues<Damage>())
            {
                if (TestLength.IsLong || damage == Damage.Delete || (int)damage % types.Length == i)
                    cases.Add(types[i], damage);
            }
        }

        return cases;
    }

    /// <summary>Damages the victim's object.</summary>
    /// <returns>The object's name.</returns>
    private string Apply(StoredType type, Damage damage)
    {
        var path = fixture.Find(type);
        var bytes = File.ReadAllBytes(path);
        if (damage == Damage.Delete)
        {
            File.Delete(path);
        }
        else
        {
            File.WriteAllBytes(path, damage switch
            {
                Damage.FlipFirstByte => Flip(bytes, 0),
                Damage.FlipInHead => Flip(bytes, 40),
                Damage.FlipEarly => Flip(bytes, 130),
                Damage.FlipInTheMiddle => Flip(bytes, bytes.Length / 2),
                Damage.FlipLate => Flip(bytes, bytes.Length - 100),
                Damage.FlipLastByte => Flip(bytes, bytes.Length - 1),
                Damage.CutByOneByte => bytes[..^1],
                Damage.CutByAFifth => bytes[..(bytes.Length / 5 * 4)],
                Damage.CutInHalf => bytes[..(bytes.Length / 2)],
                Damage.Extend => [.. bytes, 0],
                Damage.Empty => [],
                Damage.Swap => type == StoredType.Descriptor ? OtherDescriptor() : fixture.FindOther(type),
                _ => throw new ArgumentOutOfRangeException(nameof(damage)),
            });
        }

        return fixture.NameOf(path);
    }

    private static byte[] OtherDescriptor()
    {
        using var other = new TestRepository();
        return File.ReadAllBytes(Path.Combine(other.Location, "rekkord"));
    }

    private static byte[] Flip(byte[] bytes, int position)
    {
        bytes[position] ^= 0x10;
        return bytes;
    }

    /// <summary>After a repair and a new save of everything, nothing is wrong any more and nothing is missing.</summary>
    private void AssertRepairs()
    {
        var repaired = fixture.Scan(full: false, repair: true);
        Assert.All(repaired.Problems, problem => Assert.True(problem.Repair is not null, $"Nothing was done about {problem.Kind} of '{problem.ObjectName}'."));
        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Bystander));

        fixture.SaveChannel(DamageFixture.Victim);
        fixture.SaveChannel(DamageFixture.Bystander);

        var scan = fixture.Scan(full: true);
        Assert.Empty(scan.Problems.Select(problem => problem.Message));
        Assert.Equal(0, scan.UnindexedPacks);
        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Victim));
        Assert.Empty(fixture.RestoreAndCompare(DamageFixture.Bystander));
    }
}
