using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Loop.Capture.Listening;

/// <summary>Puts the gate in front of everything that the host configures, whatever the order of its calls.</summary>
internal sealed class CaptureStartupFilter(CaptureGate gate) : IStartupFilter
{
    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        application.Use((RequestDelegate rest) => context => gate.Serve(context, rest));
        next(application);
    };
}
