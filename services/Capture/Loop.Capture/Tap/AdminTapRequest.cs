using System.Text.Json.Nodes;

namespace Loop.Capture.Tap;

/// <summary>
/// The body of <c>POST /tap</c>, an <c>envoy.admin.v3.TapRequest</c>. Sink and format are fixed here and come from no configuration: with any format but a
/// JSON one, <c>streaming_admin</c> aborts the Envoy process, and production with it.
/// </summary>
internal static class AdminTapRequest
{
    /// <summary>The request of a configured Envoy.</summary>
    public static string Of(AdminTapOptions options)
    {
        var match = options.OnlyServerErrors
            ? new JsonObject { ["http_response_headers_match"] = new JsonObject { ["headers"] = new JsonArray(ServerErrorStatus()) } }
            : new JsonObject { ["any_match"] = true };
        var output = new JsonObject
        {
            ["max_buffered_rx_bytes"] = options.MaximumBodyBytes,
            ["max_buffered_tx_bytes"] = options.MaximumBodyBytes,
            ["sinks"] = new JsonArray(new JsonObject { ["format"] = "JSON_BODY_AS_BYTES", ["streaming_admin"] = new JsonObject() }),
        };
        return new JsonObject
        {
            ["config_id"] = options.ConfigId,
            ["tap_config"] = new JsonObject { ["match"] = match, ["output_config"] = output },
        }.ToJsonString();
    }

    // The range is half-open.
    private static JsonObject ServerErrorStatus() =>
        new() { ["name"] = ":status", ["range_match"] = new JsonObject { ["start"] = 500, ["end"] = 600 } };
}
