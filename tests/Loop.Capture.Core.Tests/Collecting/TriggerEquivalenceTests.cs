using CsCheck;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Tests.Intake;
using Loop.Contracts.Exchanges;
using Xunit;
using static Loop.Capture.Core.Tests.Intake.CaptureBench;

namespace Loop.Capture.Core.Tests.Collecting;

public sealed class TriggerEquivalenceTests
{
    private sealed record Outcome(int Status, int GrpcStatus, bool InTrailers, int FlagBit, bool ResponseEnds, bool ByCapture);

    private static readonly int[] Statuses = [0, 101, 200, 404, 499, 500, 503, 599];

    private static readonly Gen<Outcome> Outcomes = Gen.Select(
        Gen.Int[0, 7].Select(index => Statuses[index]),
        Gen.Int[-1, 16],
        Gen.Bool,
        Gen.Int[-1, 28],
        Gen.Bool,
        Gen.Bool,
        (status, grpc, inTrailers, flag, ends, byCapture) => new Outcome(status, grpc, inTrailers, flag, ends, byCapture));

    /// <summary>The cheap facts of the intake decide what is decoded; they must not miss what the rule calls a failure.</summary>
    [Fact]
    public Task Trigger_WhateverTheOutcome_FiresWhereTheRuleMatches() =>
        Outcomes.List[1, 20].SampleAsync(
            async outcomes =>
            {
                await using var bench = new CaptureBench();
                for (int number = 0; number < outcomes.Count; number++)
                    Write(bench, number, outcomes[number]);
                bench.Time.Advance(TimeSpan.FromSeconds(4));
                var fired = (await bench.DrainSignals()).OfType<TriggerFired>().ToDictionary(signal => signal.Trigger.ExchangeId!.Value, signal => signal.Trigger.Reason);
                foreach (Exchange exchange in Enumerable.Range(0, outcomes.Count).Select(number => bench.Find(number).Single().Head))
                    Assert.Equal(FailureRule.Match(exchange)?.Reason, fired.GetValueOrDefault(exchange.Id));
            },
            iter: 60);

    [Fact]
    public Task Trigger_WhateverALogSays_FiresWhereTheRuleMatches() =>
        Gen.Select(Gen.Int[0, 7], Gen.Int[-1, 28]).List[1, 20].SampleAsync(
            async entries =>
            {
                await using var bench = new CaptureBench();
                for (int number = 0; number < entries.Count; number++)
                    bench.AccessLog($"r{number}", (uint)Statuses[entries[number].Item1], FlagsOf(entries[number].Item2));
                var fired = (await bench.DrainSignals()).OfType<TriggerFired>().ToDictionary(signal => signal.Trigger.ExchangeId!.Value, signal => signal.Trigger.Reason);
                foreach (Exchange entry in bench.Collector.Collect("w", [.. entries.Select((_, number) => RequestId($"r{number}"))]).Exchanges.Select(found => found.Head))
                    Assert.Equal(FailureRule.Match(entry)?.Reason, fired.GetValueOrDefault(entry.Id));
            },
            iter: 60);

    private static Protocols.Envoy.Data.Accesslog.V3.ResponseFlags FlagsOf(int field)
    {
        var flags = new Protocols.Envoy.Data.Accesslog.V3.ResponseFlags();
        if (field > 0)
            Protocols.Envoy.Data.Accesslog.V3.ResponseFlags.Descriptor.FindFieldByNumber(field)?.Accessor.SetValue(flags, true);
        return flags;
    }

    private static void Write(CaptureBench bench, int number, Outcome outcome)
    {
        IExchangeWriter writer = bench.Begin(number);
        string grpc = outcome.GrpcStatus.ToString();
        if (outcome.Status > 0)
        {
            bool inHeaders = outcome.GrpcStatus >= 0 && !outcome.InTrailers;
            writer.Headers(MessageDirection.Response, inHeaders ? Response(outcome.Status, ("grpc-status", grpc)) : Response(outcome.Status), endOfStream: false, bench.Now);
        }

        if (outcome.FlagBit >= 0)
        {
            var flags = new Struct { Fields = { ["response.flags"] = Value.ForNumber(1L << outcome.FlagBit) } };
            writer.Attributes(MessageDirection.Response, new System.Buffers.ReadOnlySequence<byte>(flags.ToByteArray()));
        }

        if (outcome is { Status: > 0, GrpcStatus: >= 0, InTrailers: true, ResponseEnds: true })
            writer.Trailers(MessageDirection.Response, Map(("grpc-status", grpc)), bench.Now);
        else if (outcome is { Status: > 0, ResponseEnds: true })
            writer.Body(MessageDirection.Response, Bytes(0), endOfStream: true, truncated: false, bench.Now);
        writer.Close(outcome.ByCapture ? CloseReason.CaptureEnded : CloseReason.SourceEnded, bench.Now);
    }
}
