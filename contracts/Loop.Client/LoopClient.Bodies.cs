namespace Loop.Client;

/// <content>Bodies.</content>
public sealed partial class LoopClient
{
    /// <summary>The kept bytes of one body.</summary>
    /// <param name="conversation">Id or unique prefix.</param>
    /// <param name="hop">Id or number of the hop.</param>
    /// <param name="side">Request or response.</param>
    /// <param name="decoded">True undoes the content encoding; false gives the bytes as they crossed the wire.</param>
    /// <param name="cancellationToken">Ends the wait; the caller limits how long it reads.</param>
    public async Task<RecordedBody> OpenBody(string conversation, string hop, MessageSide side, bool decoded, CancellationToken cancellationToken)
    {
        string path = $"{Root}conversations/{Uri.EscapeDataString(conversation)}/hops/{Uri.EscapeDataString(hop)}"
            + $"/{(side is MessageSide.Request ? "request" : "response")}/body?decoded={(decoded ? "true" : "false")}";
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        HttpResponseMessage response = await _transport.Open(request, cancellationToken);
        return new RecordedBody(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }
}
