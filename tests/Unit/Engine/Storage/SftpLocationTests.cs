using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage.Sftp;

namespace Rekkord.Engine.Tests.Storage;

public sealed class SftpLocationTests
{
    [Theory]
    [InlineData("sftp://host/srv/backup", "host", null, null, "/srv/backup", "sftp://host/srv/backup")]
    [InlineData("SFTP://me@host:2222/srv/backup/", "host", 2222, "me", "/srv/backup", "sftp://me@host:2222/srv/backup")]
    [InlineData("sftp://me@host/~/backup", "host", null, "me", "backup", "sftp://me@host/~/backup")]
    [InlineData("sftp://[fe80::1]:22/a%20b", "fe80::1", 22, null, "/a b", "sftp://[fe80::1]:22/a%20b")]
    [InlineData("me@host:backup", "host", null, "me", "backup", "sftp://me@host/~/backup")]
    [InlineData("me@host:/srv", "host", null, "me", "/srv", "sftp://me@host/srv")]
    [InlineData("nas:backup", "nas", null, null, "backup", "sftp://nas/~/backup")]
    [InlineData("me@[fe80::1]:/srv", "fe80::1", null, "me", "/srv", "sftp://me@[fe80::1]/srv")]
    [InlineData("sftp://host/", "host", null, null, "/", "sftp://host/")]
    public void A_location_is_read(string text, string host, int? port, string? user, string path, string shown)
    {
        var location = SftpLocation.Parse(text);
        Assert.Equal((host, port, user, path, shown), (location.Host, location.Port, location.User, location.Path, location.Url));
        Assert.Equal(location, SftpLocation.Parse(shown));
        Assert.Equal(shown, ObjectStore.LocationOf(text));
        Assert.False(ObjectStore.IsLocal(text));
    }

    [Theory]
    [InlineData("sftp://host")]
    [InlineData("sftp:///srv")]
    [InlineData("sftp://host:0/srv")]
    [InlineData("sftp://host:port/srv")]
    [InlineData("sftp://-oProxyCommand=x/srv")]
    [InlineData("-oProxyCommand=x:srv")]
    [InlineData("-lroot@host:srv")]
    [InlineData("@host:srv")]
    [InlineData("me@host:")]
    [InlineData("sftp://me:SECRET@host/srv")]
    [InlineData("sftp://me:SEC@RET:SECRET@host/srv")]
    public void What_is_none_is_refused_and_not_shown(string text)
    {
        var error = Assert.Throws<RekkordException>(() => SftpLocation.Parse(text));
        Assert.Equal("RepositoryUrlInvalid", error.ErrorId);
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/srv/a:b")]
    [InlineData("./a:b")]
    [InlineData("backup")]
    [InlineData("file:///srv")]
    public void A_path_is_none(string text) => Assert.True(ObjectStore.IsLocal(text));
}
