using System.Text;
using Loop.Contracts.Exchanges;
using Loop.Replayer.Core.Comparison;
using Loop.Replayer.Core.Verdicts;
using Loop.Replayer.Tests.Support;

namespace Loop.Replayer.Tests;

public sealed class FailureIdentityTests
{
    [Theory]
    [InlineData("", "application/json", true)]
    [InlineData("Internal Server Error", "text/plain", true)]
    [InlineData("""{"type":"https://tools.ietf.org/html/rfc9110#section-15.6.1","title":"An error occurred while processing your request.","status":500,"traceId":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}""", "application/problem+json", true)]
    [InlineData("""{"timestamp":"2026-11-01T12:00:00.000+00:00","status":500,"error":"Internal Server Error","path":"/checkout"}""", "application/json", true)]
    [InlineData("""{"statusCode":500,"message":"Internal server error"}""", "application/json", true)]
    [InlineData("""{"detail":"Internal Server Error"}""", "application/json", true)]
    [InlineData("<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>", "text/html", true)]
    [InlineData("<!doctype html><title>500 Internal Server Error</title><h1>Internal Server Error</h1><p>The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.</p>", "text/html", true)]
    [InlineData("""{"error":"discount is null"}""", "application/json", false)]
    [InlineData("""{"error":"error","code":"CARD_DECLINED"}""", "application/json", false)]
    [InlineData("""{"error":"Internal Server Error","type":"NullReferenceException"}""", "application/json", false)]
    [InlineData("""{"status":500,"message":"Internal Server Error","total":12.35}""", "application/json", false)]
    [InlineData("System.NullReferenceException: at Shop.Cart", "text/plain", false)]
    public void IsWeak_BodyOfAFramework_Only(string body, string contentType, bool weak)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        HttpMessagePart part = new() { Headers = [new(":status", "500"), new("content-type", contentType)], Body = new Recording().Keep(bytes) };
        Assert.Equal(weak, FailureIdentity.IsWeak(new Message(part, bytes)));
    }

    [Fact]
    public void IsWeak_GrpcMessage_IsAnIdentity()
    {
        HttpMessagePart part = new() { Headers = [new(":status", "200"), new("content-type", "application/grpc")], Trailers = [new("grpc-status", "13"), new("grpc-message", "null card")], Body = BodyInfo.Empty };
        Assert.False(FailureIdentity.IsWeak(new Message(part, default)));
        Assert.True(FailureIdentity.IsWeak(new Message(part with { Trailers = [new("grpc-status", "13")] }, default)));
    }
}
