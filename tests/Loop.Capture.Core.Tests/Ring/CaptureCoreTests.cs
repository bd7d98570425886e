using Loop.Capture.Core.Collecting;
using Loop.Capture.Core.Intake;
using Loop.Capture.Core.Ring;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Loop.Capture.Core.Tests.Ring;

public sealed class CaptureCoreTests
{
    [Fact]
    public async Task AddCaptureCore_WithConfiguration_BuildsTheRingOfThatSize()
    {
        await using ServiceProvider provider = Build(("Loop:Capture:Ring:PoolBytes", "8388608"));
        Assert.NotNull(provider.GetRequiredService<IExchangeIntake>());
        Assert.Equal(8_388_608, provider.GetRequiredService<IConversationCollector>().Snapshot().RingBytesTotal);
        Assert.Same(provider.GetRequiredService<ConversationCollector>(), provider.GetRequiredService<IConversationCollector>());
    }

    [Fact]
    public async Task Options_WithSeveralFaults_NamesThemAll()
    {
        await using ServiceProvider provider = Build(
            ("Loop:Capture:Ring:PoolBytes", "2097152"), ("Loop:Capture:Ring:BrokenOffWait", "00:00:00"), ("Loop:Capture:Ring:SignalCapacity", "0"));
        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<RingOptions>>().Value);

        Assert.Equal(3, refused.Failures.Count());
        Assert.Contains("BodyLimitBytes = 1048576", refused.Message, StringComparison.Ordinal);
        Assert.Contains("BrokenOffWait = 00:00:00", refused.Message, StringComparison.Ordinal);
        Assert.Contains("SignalCapacity", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public void NodeIdentity_ThatCannotStandInAnId_IsRefused(string name) =>
        Assert.Throws<ArgumentException>(() => CaptureNodeIdentity.StartingNow(name, TimeProvider.System));

    private static ServiceProvider Build(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build())
        .AddCaptureCore()
        .BuildServiceProvider();
}
