using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Loop.Protocols.GrpcReflection.V1;
using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Reflection;

/// <summary>
/// Asks live services for their protobuf types (gRPC server reflection, v1 and v1alpha), so that messages compare by the names of their fields. A service that does
/// not tell is no fault: its messages compare by their wire form.
/// </summary>
internal static class GrpcReflection
{
    private const int MostFiles = 2000;
    private static readonly string[] Versions = ["grpc.reflection.v1", "grpc.reflection.v1alpha"];

    /// <summary>Asks one service.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="dial">Opens a connection to it.</param>
    /// <param name="limit">Longest wait for all of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ReflectedTypes> Ask(string service, Func<CancellationToken, ValueTask<Stream>> dial, TimeSpan limit, CancellationToken cancellationToken)
    {
        using SocketsHttpHandler handler = new() { ConnectCallback = (_, token) => dial(token), UseProxy = false, ActivityHeadersPropagator = null };
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://{Uri.EscapeDataString(service)}", new GrpcChannelOptions { HttpHandler = handler, MaxReceiveMessageSize = 16 * 1024 * 1024 });
        using CancellationTokenSource limiter = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limiter.CancelAfter(limit);
        string why = "";
        foreach (string version in Versions)
        {
            try
            {
                FileDescriptorSet files = await Files(channel.CreateCallInvoker(), version, limiter.Token);
                DescriptorSetResult read = DescriptorSet.Read([files.ToByteArray()]);
                return read.Set is { } types
                    ? new ReflectedTypes(service, types, $"reflection ({version})")
                    : ReflectedTypes.None(service, $"what {version} told cannot be used: {read.Refusal}");
            }
            catch (RpcException error) when (!cancellationToken.IsCancellationRequested)
            {
                why = limiter.IsCancellationRequested ? $"it did not answer to reflection within {limit.TotalSeconds:0} s" : $"reflection failed: {error.StatusCode}{(error.Status.Detail.Length == 0 ? "" : $" ({error.Status.Detail})")}";
                // Only a service that does not know this version may know the other.
                if (error.StatusCode is not StatusCode.Unimplemented)
                    break;
            }
            catch (InvalidProtocolBufferException error)
            {
                return ReflectedTypes.None(service, $"reflection told no valid descriptor: {error.Message}");
            }
        }

        return ReflectedTypes.None(service, why);
    }

    private static async Task<FileDescriptorSet> Files(CallInvoker invoker, string version, CancellationToken cancellationToken)
    {
        Method<ServerReflectionRequest, ServerReflectionResponse> method = new(
            MethodType.DuplexStreaming, $"{version}.ServerReflection", "ServerReflectionInfo", Marshaller(ServerReflectionRequest.Parser), Marshaller(ServerReflectionResponse.Parser));
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call = invoker.AsyncDuplexStreamingCall(method, null, new CallOptions(cancellationToken: cancellationToken));
        ServerReflectionResponse services = await Ask(call, new ServerReflectionRequest { ListServices = "*" }, cancellationToken);
        Dictionary<string, FileDescriptorProto> files = new(StringComparer.Ordinal);
        foreach (string name in services.ListServicesResponse?.Service.Select(one => one.Name) ?? [])
            Add(files, await Ask(call, new ServerReflectionRequest { FileContainingSymbol = name }, cancellationToken));
        // A server need not send what a file imports along with it.
        while (files.Count < MostFiles && files.Values.SelectMany(file => file.Dependency).FirstOrDefault(name => !files.ContainsKey(name)) is { } missing)
        {
            Add(files, await Ask(call, new ServerReflectionRequest { FileByFilename = missing }, cancellationToken));
            if (!files.ContainsKey(missing))
                throw new RpcException(new Status(StatusCode.NotFound, $"{missing} is imported and not told"));
        }

        await call.RequestStream.CompleteAsync();
        return new FileDescriptorSet { File = { files.Values } };
    }

    private static async Task<ServerReflectionResponse> Ask(AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call, ServerReflectionRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, cancellationToken);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or RpcException { StatusCode: StatusCode.Cancelled } && !cancellationToken.IsCancellationRequested)
        {
            // The service answered, or hung up, before it had all of the request; what came of it is told below.
        }

        if (!await call.ResponseStream.MoveNext(cancellationToken))
            throw new RpcException(new Status(StatusCode.Unavailable, "the service ended reflection early"));
        return call.ResponseStream.Current;
    }

    // A service that is listed and cannot be described leaves the others as they are.
    private static void Add(Dictionary<string, FileDescriptorProto> files, ServerReflectionResponse response)
    {
        foreach (ByteString told in response.FileDescriptorResponse?.FileDescriptorProto ?? [])
        {
            FileDescriptorProto file = FileDescriptorProto.Parser.ParseFrom(told);
            files.TryAdd(file.Name, file);
        }
    }

    private static Marshaller<T> Marshaller<T>(MessageParser<T> parser)
        where T : IMessage<T> => Marshallers.Create(message => message.ToByteArray(), parser.ParseFrom);
}
