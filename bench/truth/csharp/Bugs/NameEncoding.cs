using System.Text;

namespace Loop.TruthBench.Csharp.Bugs;

/// <summary>A body may say that it is Latin-1; the code reads UTF-8 whatever it says.</summary>
internal static class NameEncoding
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static async Task<object?> Serve(BugRequest request)
    {
        var item = await request.Call("stock", "/items/cup");
        using MemoryStream body = new();
        await request.Http.Body.CopyToAsync(body);
        if (request.IsDecoy)
            throw new InvalidDataException("a name must not be a number");
        bool isLatin = request.Http.ContentType?.Contains("iso-8859-1", StringComparison.OrdinalIgnoreCase) is true;
        string name = (request.IsFixed && isLatin ? Encoding.Latin1 : Strict).GetString(body.ToArray());
        return $"{name.Trim()} ordered one of {item["available"]} cups";
    }
}
