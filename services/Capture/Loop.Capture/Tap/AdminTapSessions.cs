using System.Buffers;
using System.Net;
using System.Text;
using Google.Protobuf;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Tap;
using Loop.Capture.Diagnostics;
using Loop.Capture.Sources;
using Loop.Contracts.Exchanges;
using Microsoft.Extensions.Logging;

namespace Loop.Capture.Tap;

/// <summary>Holds a <c>POST /tap</c> open and feeds what it answers into the ring: an endless body of JSON documents without a delimiter.</summary>
internal sealed class AdminTapSessions(
    IExchangeIntake intake, SourceReader sources, CaptureInstruments instruments, TimeProvider time, ILogger<AdminTapSessions> logger) : IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int MaximumRefusalBytes = 4096;
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(2);

    private readonly InputCounts _counts = new(CaptureInput.AdminTap, intake, instruments);

    // No timeout over all: a session lasts as long as both processes.
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = ConnectLimit, UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>One session, from the POST to its end.</summary>
    public async Task<AdminTapOutcome> Run(AdminTapOptions envoy, Action onAttached, CancellationToken stopping)
    {
        bool wasAttached = false;
        try
        {
            using HttpRequestMessage request = Request(envoy);
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping);
            if (response.StatusCode is not HttpStatusCode.OK)
                return new AdminTapOutcome(false, await Refusal(envoy, response, stopping));
            wasAttached = true;
            onAttached();
            await Read(envoy, await response.Content.ReadAsStreamAsync(stopping), stopping);
            return new AdminTapOutcome(true, "Envoy closed it");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return new AdminTapOutcome(wasAttached, "this process stops");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
        {
            return new AdminTapOutcome(wasAttached, broken.Message);
        }
        catch (Exception fault)
        {
            instruments.OnFault();
            TapLog.SessionFailed(logger, fault, envoy.Url);
            return new AdminTapOutcome(false, fault.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(AdminTapOptions envoy) => new(HttpMethod.Post, envoy.Url.TrimEnd('/') + "/tap")
    {
        Content = new StringContent(AdminTapRequest.Of(envoy), Encoding.UTF8, "application/json"),
    };

    private async Task Read(AdminTapOptions envoy, Stream body, CancellationToken stopping)
    {
        using IIntakeShard shard = intake.OpenShard("admin tap " + envoy.Url);
        using var inlet = new TapInlet(shard, Source(envoy), _counts, time);
        var reader = new TapJsonReader();
        byte[] buffer = new byte[BufferBytes];
        try
        {
            int count;
            while ((count = await body.ReadAsync(buffer, stopping)) > 0)
            {
                reader.Append(buffer.AsSpan(0, count));
                Feed(reader, inlet);
            }

            reader.Finish();
            Feed(reader, inlet);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            inlet.Close(CloseReason.CaptureEnded);
            throw;
        }
    }

    private void Feed(TapJsonReader reader, TapInlet inlet)
    {
        while (reader.TryRead(out TapJsonDocument document))
        {
            if (document.Trace is not null)
                inlet.Feed(new ReadOnlySequence<byte>(document.Trace.ToByteArray()));
            else
                _counts.Malformed(document.Error ?? "a document without a trace");
        }
    }

    private ExchangeSource Source(AdminTapOptions envoy) => new(
        CaptureInput.AdminTap,
        DirectionName.ToView(envoy.Direction),
        envoy.Service,
        envoy.Namespace,
        envoy.Instance ?? sources.Instance(IPAddress.TryParse(new Uri(envoy.Url).Host.Trim('[', ']'), out IPAddress? address) ? address : null, envoy.Service),
        SideStreamTraceParent: null);

    private static async Task<string> Refusal(AdminTapOptions envoy, HttpResponseMessage response, CancellationToken stopping)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(stopping);
        byte[] start = new byte[MaximumRefusalBytes];
        int count = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, stopping);
        string words = Encoding.UTF8.GetString(start, 0, count).Trim();
        if (words.Contains("already exists", StringComparison.OrdinalIgnoreCase))
            return "another tap session is attached, and an Envoy serves only one; end that one (another Loop node, or a curl on /tap)";
        if (words.Contains("unknown config id", StringComparison.OrdinalIgnoreCase))
            return $"it has no tap filter with admin_config config_id '{envoy.ConfigId}'; add the filter or set ConfigId";
        if (response.StatusCode is HttpStatusCode.NotFound)
            return "it has no /tap, since no filter with admin_config is loaded; add the tap filter";
        return $"HTTP {(int)response.StatusCode}: {words}";
    }
}

/// <summary>How a session ended.</summary>
/// <param name="WasAttached">Envoy had accepted it.</param>
/// <param name="Why">In words.</param>
internal sealed record AdminTapOutcome(bool WasAttached, string Why);
