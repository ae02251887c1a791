using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage.S3;

namespace Rekkord.Engine.Tests.Storage;

public sealed class S3LocationTests
{
    [Theory]
    [InlineData("s3://bucket", null, "bucket", "", "s3://bucket")]
    [InlineData("S3://bucket/a/b/", null, "bucket", "a/b", "s3://bucket/a/b")]
    [InlineData("s3:https://s3.example.org/bucket/a", "https://s3.example.org/", "bucket", "a", "s3:https://s3.example.org/bucket/a")]
    [InlineData("s3:https://s3.example.org:9000/bucket", "https://s3.example.org:9000/", "bucket", "", "s3:https://s3.example.org:9000/bucket")]
    [InlineData("s3:http://127.0.0.1:9000/bucket/x", "http://127.0.0.1:9000/", "bucket", "x", "s3:http://127.0.0.1:9000/bucket/x")]
    [InlineData("s3:http://localhost/bucket", "http://localhost/", "bucket", "", "s3:http://localhost/bucket")]
    public void A_location_is_read(string text, string? endpoint, string bucket, string prefix, string shown)
    {
        var location = S3Location.Parse(text);
        Assert.Equal((endpoint, bucket, prefix, shown), (location.Endpoint?.ToString(), location.Bucket, location.Prefix, location.Text));
        Assert.Equal(shown, ObjectStore.LocationOf(text));
        Assert.False(ObjectStore.IsLocal(text));
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("s3:///prefix")]
    [InlineData("s3:bucket")]
    [InlineData("s3:https://host")]
    [InlineData("s3:https://host/")]
    [InlineData("s3:ftp://host/bucket")]
    [InlineData("s3://bucket/a//b")]
    [InlineData("s3://bucket/../b")]
    [InlineData("s3://user:SECRET@bucket/a")]
    [InlineData("s3:https://user:SECRET@host/bucket")]
    [InlineData("s3://bucket/a?X-Amz-Signature=SECRET")]
    public void What_is_none_is_refused_and_not_shown(string text)
    {
        var error = Assert.Throws<RekkordException>(() => S3Location.Parse(text));
        Assert.Equal("RepositoryUrlInvalid", error.ErrorId);
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_are_not_sent_to_another_machine_without_encryption() =>
        Assert.Equal("EndpointInsecure", Assert.Throws<RekkordException>(() => S3Location.Parse("s3:http://example.org/bucket")).ErrorId);

    [Fact]
    public void The_region_is_taken_from_the_host_name_where_it_is_there()
    {
        Assert.Equal("eu-west-1", S3Location.Parse("s3:https://s3.eu-west-1.amazonaws.com/bucket").Region);
        Assert.Null(S3Location.Parse("s3:https://s3.amazonaws.com/bucket").Region);
        Assert.Null(S3Location.Parse("s3:https://s3.example.org/bucket").Region);
    }
}
