using Xunit;

namespace Loop.Architecture.Tests;

public sealed class DependencyDirectionTests
{
    private static readonly Dictionary<string, string[]> Services = new()
    {
        ["Capture"] = ["Loop.Capture", "Loop.Capture.Core"],
        ["Store"] = ["Loop.Store", "Loop.Store.Core", "Loop.Store.Sqlite", "Loop.Store.Files"],
        ["Replayer"] = ["Loop.Replayer", "Loop.Replayer.Core", "Loop.Replayer.Wire", "Loop.Replayer.Sandbox", "Loop.Replayer.Agent"],
    };

    private static readonly string[] ForbiddenInCore = ["Microsoft.AspNetCore", "Grpc.", "Microsoft.Orleans.Server", "Microsoft.Data.Sqlite", "MassTransit", "Npgsql"];

    [Fact]
    public void Contracts_ReferenceNoOtherProject() =>
        Assert.True(Repository.References["Loop.Contracts"].Length == 0, "Loop.Contracts is what everybody shares: move the type that needs more to the project that owns it.");

    [Fact]
    public void Services_NeverReferenceEachOther()
    {
        foreach ((string service, string[] projects) in Services)
        {
            string[] foreign = [.. Services.Where(other => other.Key != service).SelectMany(other => other.Value)];
            foreach (string project in projects)
            {
                string[] wrong = [.. Repository.References[project].Intersect(foreign)];
                Assert.True(wrong.Length == 0, $"{project} references {string.Join(", ", wrong)}: services speak through contracts/ (a grain interface, a message, the REST client); only Loop.Host sees them all.");
            }
        }
    }

    [Fact]
    public void Cores_KnowNoTransportDatabaseOrRuntime()
    {
        foreach ((string project, string[] packages) in Repository.Packages.Where(entry => entry.Key.EndsWith(".Core", StringComparison.Ordinal)))
        {
            string[] wrong = [.. packages.Where(package => ForbiddenInCore.Any(prefix => package.StartsWith(prefix, StringComparison.Ordinal)))];
            Assert.True(wrong.Length == 0, $"{project} references {string.Join(", ", wrong)}: put a port into Core and the adapter into a project of its own.");
        }
    }

    [Fact]
    public void Clients_UseThePublicApiAlone()
    {
        string[] behind = [.. Services.Values.SelectMany(projects => projects), "Loop.Host", "Loop.Hosting"];
        foreach (string client in new[] { "Loop.Cli", "Loop.Client" })
        {
            string[] wrong = [.. Repository.References[client].Intersect(behind)];
            Assert.True(wrong.Length == 0, $"{client} references {string.Join(", ", wrong)}: clients use Loop.Client and nothing behind the API.");
        }
    }
}
