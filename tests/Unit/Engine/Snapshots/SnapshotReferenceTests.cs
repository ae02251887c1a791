using Rekkord.Engine.Errors;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests.Snapshots;

/// <summary>How a user names a snapshot: what each form means, and that no channel can get a name that would mean two things.</summary>
public sealed class SnapshotReferenceTests
{
    [Theory]
    [InlineData("laptop", "laptop", null)]
    [InlineData("laptop:/etc", "laptop", "/etc")]
    [InlineData("laptop:/srv/a:b", "laptop", "/srv/a:b")]
    [InlineData("laptop:C:/Users", "laptop", "C:/Users")]
    [InlineData("laptop:", "laptop", "")]
    [InlineData("id:35d3b3f6", "id:35d3b3f6", null)]
    [InlineData("ID:35d3b3f6:/etc", "ID:35d3b3f6", "/etc")]
    [InlineData("channel:cafe", "channel:cafe", null)]
    [InlineData("channel:cafe:/srv/a:b", "channel:cafe", "/srv/a:b")]
    [InlineData("channel", "channel", null)]
    public void A_reference_ends_its_name_at_the_first_colon_after_the_prefix(string text, string name, string? path) =>
        Assert.Equal(new SnapshotReference(name, path), SnapshotReference.Parse(text));

    [Theory]
    [InlineData("laptop", "laptop", false, true)]
    [InlineData("caf", "caf", false, true)]
    [InlineData("cafe", "cafe", true, true)]
    [InlineData("20261127", "20261127", true, true)]
    [InlineData("id:CAFE", "CAFE", true, false)]
    [InlineData("Channel:cafe", "cafe", false, true)]
    [InlineData("channel:id", "id", false, true)]
    public void A_name_says_what_it_may_be(string text, string name, bool mayBeId, bool mayBeChannel) =>
        Assert.Equal(new SnapshotName(name, mayBeId, mayBeChannel), SnapshotName.Parse(text));

    [Fact]
    public void A_whole_ID_is_never_a_channel()
    {
        var id = new string('a', Oid.Length * 2);

        Assert.Equal((true, false, true), (SnapshotName.Parse(id).MayBeId, SnapshotName.Parse(id).MayBeChannel, SnapshotName.Parse(id).IsWholeId));
        Assert.True(SnapshotName.Parse(id + "a").MayBeChannel);
    }

    [Theory]
    [InlineData("id:")]
    [InlineData("id:abc")]
    [InlineData("id:laptop")]
    [InlineData("id:/etc")]
    public void What_is_no_ID_is_refused_where_one_is_announced(string text) =>
        Assert.Equal("SnapshotIdInvalid", Assert.Throws<RekkordException>(() => SnapshotName.Parse(text)).ErrorId);

    [Theory]
    [InlineData("a:b")]
    [InlineData("web:/etc")]
    [InlineData(":")]
    [InlineData("id")]
    [InlineData("ID")]
    [InlineData("channel")]
    [InlineData("Channel")]
    public void A_save_takes_no_channel_whose_name_would_mean_two_things(string channel) =>
        Assert.Equal("ChannelInvalid", Assert.Throws<RekkordException>(() => SaveOperation.ValidateChannel(channel)).ErrorId);

    [Theory]
    [InlineData("cafe")]
    [InlineData("idle")]
    [InlineData("channels")]
    [InlineData("db[1]")]
    public void Other_names_are_free(string channel) => SaveOperation.ValidateChannel(channel);
}
