using Rekkord.Engine.Errors;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Storage.Azure;

namespace Rekkord.Engine.Tests.Storage;

public sealed class AzureLocationTests
{
    private static readonly AzureLocation Location = AzureLocation.Parse("azure://account/container");

    [Theory]
    [InlineData("azure://account/container", "account", "container", "", "azure://account/container")]
    [InlineData("AZURE://account1/my-container/a/b c/", "account1", "my-container", "a/b c", "azure://account1/my-container/a/b c")]
    public void A_location_is_read(string text, string account, string container, string prefix, string shown)
    {
        var location = AzureLocation.Parse(text);
        Assert.Equal((account, container, prefix, shown), (location.Account, location.Container, location.Prefix, location.Text));
        Assert.Equal(shown, ObjectStore.LocationOf(text));
        Assert.False(ObjectStore.IsLocal(text));
        Assert.False(ObjectStore.MayRetain(text));
    }

    [Theory]
    [InlineData("azure://")]
    [InlineData("azure:container:/path")]
    [InlineData("azure://account")]
    [InlineData("azure://account/")]
    [InlineData("azure://account//container")]
    [InlineData("azure://Account/container")]
    [InlineData("azure://account.blob.core.windows.net/container")]
    [InlineData("azure://account:SECRET@host/container")]
    [InlineData("azure://account/Container")]
    [InlineData("azure://account/con--tainer")]
    [InlineData("azure://account/c")]
    [InlineData("azure://account/container/a//b")]
    [InlineData("azure://account/container/../b")]
    [InlineData("azure://account/container/a./b")]
    [InlineData("azure://account/container/a\\b")]
    [InlineData("azure://account/container?sv=2026&sig=SECRET")]
    public void What_is_none_is_refused_and_not_shown(string text)
    {
        var error = Assert.Throws<RekkordException>(() => AzureLocation.Parse(text));
        Assert.Equal("RepositoryUrlInvalid", error.ErrorId);
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "https://account.blob.core.windows.net/")]
    [InlineData("https://account.blob.core.chinacloudapi.cn/", "https://account.blob.core.chinacloudapi.cn/")]
    [InlineData("http://127.0.0.1:10000/account", "http://127.0.0.1:10000/account")]
    public void The_service_is_the_public_one_or_the_one_that_is_said(string? endpoint, string service) =>
        Assert.Equal(service, new AzureOptions { Endpoint = endpoint }.FindService(Location).AbsoluteUri);

    [Theory]
    [InlineData("account.blob.core.windows.net")]
    [InlineData("ftp://host")]
    [InlineData("https://host/?sig=SECRET")]
    [InlineData("https://user:SECRET@host")]
    public void An_endpoint_that_is_none_is_refused_and_not_shown(string endpoint)
    {
        var error = Assert.Throws<RekkordException>(() => new AzureOptions { Endpoint = endpoint }.FindService(Location));
        Assert.Equal("EndpointInvalid", error.ErrorId);
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>The SDK would take the account in the path for the container.</summary>
    [Fact]
    public void An_emulator_by_a_name_is_refused()
    {
        var options = new AzureOptions { AccountKey = "a2V5", Endpoint = "http://localhost:39999/account" };
        Assert.Equal("EndpointInvalid", Assert.Throws<RekkordException>(() => AzureObjectStore.Open(Location, options)).ErrorId);
    }

    [Fact]
    public void Requests_are_not_sent_to_another_machine_without_encryption() =>
        Assert.Equal("EndpointInsecure", Assert.Throws<RekkordException>(() => new AzureOptions { Endpoint = "http://example.org" }.FindService(Location)).ErrorId);

    [Fact]
    public void A_token_says_when_it_ends_and_is_hidden_in_every_form()
    {
        var options = new AzureOptions { SasToken = "?sv=2026-02-06&se=2026-12-31T10%3A00%3A00Z&sr=c&sp=rcl&sig=ab%2Bcd%3D" };
        Assert.Null(new AzureOptions { SasToken = "sv=2026-02-06&si=policy&sig=x" }.SasEnd);
        Assert.Equal(new DateTimeOffset(2026, 12, 31, 10, 0, 0, TimeSpan.Zero), options.SasEnd);
        Assert.Equal("a (hidden) (hidden) (hidden) z", options.WithoutSecrets("a ab+cd= ab%2bcd%3d sv=2026-02-06&se=2026-12-31T10%3A00%3A00Z&sr=c&sp=rcl&sig=ab%2Bcd%3D z"));
        Assert.Equal("a (hidden) z", new AzureOptions { AccountKey = "a2V5" }.WithoutSecrets("a a2V5 z"));
    }
}
