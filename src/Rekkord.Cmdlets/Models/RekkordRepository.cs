using Rekkord.Engine.Repository;

namespace Rekkord.Cmdlets.Models;

/// <summary>A repository.</summary>
public sealed class RekkordRepository
{
    internal RekkordRepository(RepositoryAccess repository, string keyFile)
    {
        Id = repository.Id;
        Repository = repository.Location;
        KeyFile = keyFile;
        Role = repository.Role.ToString();
        FormatVersion = repository.FormatVersion;
        CreatedTime = repository.CreatedTime.ToLocalTime();
    }

    /// <summary>Its ID: 32 hex digits.</summary>
    public string Id { get; }

    /// <summary>Where it is.</summary>
    public string Repository { get; }

    /// <summary>The keyfile that opens it.</summary>
    public string KeyFile { get; }

    /// <summary>That keyfile's role.</summary>
    public string Role { get; }

    /// <summary>The version of its format.</summary>
    public int FormatVersion { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedTime { get; }

    /// <summary>Where it is.</summary>
    public override string ToString() => Repository;
}
