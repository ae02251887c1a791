using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Tests.Storage;

/// <summary>What of a location may be shown, also of one that is refused later.</summary>
public sealed class RepositoryLocationTests
{
    [Theory]
    [InlineData("azure://account/backups/here?sv=1&sig=secret", "azure://account/backups/here")]
    [InlineData("azure:account/backups?sv=1&sig=secret", "azure:account/backups")]
    [InlineData("azure:account/backups?x=https://host/?sig=secret", "azure:account/backups")]
    [InlineData("https://account.blob.core.windows.net/?sig=secret with a blank ", "https://account.blob.core.windows.net/")]
    [InlineData("sftp://user:secret@host/path", "sftp://user@host/path")]
    [InlineData("C:\\backups\\what?", "C:\\backups\\what?")]
    public void A_location_is_shown_without_secrets(string location, string shown) => Assert.Equal(shown, RepositoryLocation.WithoutCredentials(location));
}
