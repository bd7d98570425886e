using System.Buffers.Binary;
using System.Net;
using Loop.Replayer.Sandbox.Driver;

namespace Loop.Replayer.Agent.Networks;

/// <summary>One made-up address per host name, the same in every service's namespace. Immutable.</summary>
internal sealed class NameTable
{
    // RFC 2544 sets 198.18.0.0/15 aside for benchmarks: no recording holds such an address of a real service.
    private static readonly uint First = BinaryPrimitives.ReadUInt32BigEndian([198, 18, 0, 1]);
    private const int Limit = 131_000;
    private readonly Dictionary<string, IPAddress> _addresses = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<IPAddress, string> _names = [];

    public NameTable(SandboxPlan plan)
    {
        IEnumerable<string> names = plan.Services.Select(service => service.Name)
            .Concat(plan.Services.SelectMany(service => service.Addresses).Select(address => address.Host))
            .Concat(plan.Dependencies.Select(dependency => dependency.Host).OfType<string>())
            .Concat(plan.RecordedHosts)
            .Select(name => name.TrimEnd('.'))
            .Where(name => name.Length > 0 && !IPAddress.TryParse(name, out _) && !name.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            .Distinct(StringComparer.OrdinalIgnoreCase);
        foreach (string name in names)
        {
            if (_addresses.Count == Limit)
                throw new InvalidOperationException($"The recording names more than {Limit} hosts.");
            byte[] bytes = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, First + (uint)_addresses.Count);
            IPAddress address = new(bytes);
            _addresses[name] = address;
            _names[address] = name;
        }
    }

    /// <summary>Host name → address, as text.</summary>
    public IReadOnlyDictionary<string, string> Addresses => _addresses.ToDictionary(entry => entry.Key, entry => entry.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    public IPAddress? Find(string name) => _addresses.GetValueOrDefault(name.TrimEnd('.'));

    public string? NameOf(IPAddress address) => _names.GetValueOrDefault(address);
}
