#!/usr/bin/env bash
# AWSSDK.S3 4.1.0 for .NET (with AWSSDK.Core 4.1.0), .NET SDK 10.0.
# Behaviour: with MaxErrorRetry = 0, a put on a fresh connection that the server resets in the midst of the body is sent again, up to ten times in one call.
# MaxStaleConnectionRetries counts apart. It is meant for pooled connections that were closed while idle, but takes any reset. So a put with
# If-None-Match: * may be refused because of itself. Only MaxStaleConnectionRetries = 0 beside it ends that.
# Output seen: "with the default: 11 connections", "with MaxStaleConnectionRetries = 0: 1 connection". Exits with 1 when it is otherwise.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cd "$work"
cat >put.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="AWSSDK.S3" Version="[4.1.0]" />
  </ItemGroup>
</Project>
XML
cat >put.cs <<'CS'
using System.Net;
using System.Net.Sockets;
using Amazon.S3;
using Amazon.S3.Model;

async Task<int> CountAsync(AmazonS3Config config)
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    var connections = 0;
    var serving = Task.Run(async () =>
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptSocketAsync();
                connections++;
                client.LingerState = new LingerOption(true, 0);
                for (var left = 1_000_000; left > 0;)
                    left -= await client.ReceiveAsync(new byte[64 * 1024]);
            }
        }
        catch (SocketException)
        {
        }
    });
    config.ServiceURL = $"http://{listener.LocalEndpoint}";
    config.ForcePathStyle = true;
    config.AuthenticationRegion = "us-east-1";
    config.MaxErrorRetry = 0;
    using var s3 = new AmazonS3Client("key", "secret", config);
    try
    {
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "bucket", Key = "key", InputStream = new MemoryStream(new byte[5_000_000]), IfNoneMatch = "*" });
    }
    catch (Exception)
    {
    }
    listener.Stop();
    await serving;
    return connections;
}

var usual = await CountAsync(new AmazonS3Config());
Console.WriteLine($"with the default: {usual} connections");
var none = await CountAsync(new AmazonS3Config { MaxStaleConnectionRetries = 0 });
Console.WriteLine($"with MaxStaleConnectionRetries = 0: {none} connection");
return usual == 11 && none == 1 ? 0 : 1;
CS
dotnet run
