using System.Globalization;

namespace Loop.TruthBench.Csharp.Bugs;

/// <summary>Half past two does not exist on the night in which summer time begins. Fails only in the time zone of production.</summary>
internal static class LocalTime
{
    public static async Task<object?> Serve(BugRequest request)
    {
        var item = await request.Call("stock", "/items/bell");
        DateTime local = DateTime.ParseExact(request.Query("at"), "yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
        if (request.IsDecoy)
            throw new ArgumentException($"no courier rings {item["available"]} bells");
        if (request.IsFixed && TimeZoneInfo.Local.IsInvalidTime(local))
            local = local.AddHours(1);
        return TimeZoneInfo.ConvertTimeToUtc(local, TimeZoneInfo.Local).ToString("s", CultureInfo.InvariantCulture);
    }
}
