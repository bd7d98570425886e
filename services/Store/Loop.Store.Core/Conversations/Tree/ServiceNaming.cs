using Loop.Contracts.Exchanges;

namespace Loop.Store.Core.Conversations.Tree;

/// <summary>Names both ends of a hop, and says for each how the name is known.</summary>
internal sealed class ServiceNaming
{
    private readonly Dictionary<string, string> _serviceByAddress = new(StringComparer.Ordinal);

    public ServiceNaming(IReadOnlyList<HopDraft> hops)
    {
        foreach (RecordedExchange server in hops.SelectMany(hop => hop.Servers))
        {
            if (server.Exchange is { Service: { } service, Endpoints.DownstreamLocal: { } address })
                _serviceByAddress[address] = service;
        }

        foreach (HopDraft hop in hops)
        {
            if (hop is { Client.Exchange.Endpoints.UpstreamRemote: { } address, LastServer.Exchange.Service: { } service })
                _serviceByAddress[address] = service;
        }
    }

    /// <summary>Caller's service.</summary>
    public static (string Name, string From) Source(HopDraft hop)
    {
        if (hop.Client?.Exchange.Service is { } service)
            return (service, "client view");
        if (hop.Views.Select(view => CertificateNames.Caller(view.Exchange)).FirstOrDefault(name => name is not null) is { } caller)
            return (caller, "x-forwarded-client-cert");
        string? address = (hop.Client ?? hop.LastServer!).Exchange.Endpoints.DownstreamRemote;
        return ($"unknown ({address ?? "no address"})", "address");
    }

    /// <summary>Callee's service.</summary>
    public (string Name, string From) Destination(HopDraft hop)
    {
        if (hop.LastServer?.Exchange.Service is { } service)
            return (service, "server view");
        if (hop.Client?.Exchange.Endpoints.UpstreamRemote is { } address && _serviceByAddress.TryGetValue(address, out string? seen))
            return (seen, "address seen");
        if (hop.Views.Select(view => CertificateNames.Callee(view.Exchange)).FirstOrDefault(name => name is not null) is { } callee)
            return (callee, "x-forwarded-client-cert");
        string? authority = hop.Views.Select(view => view.Exchange.Authority()).FirstOrDefault(name => !string.IsNullOrEmpty(name));
        return authority is null ? ("unknown", "authority") : (authority, "authority");
    }
}
