using Microsoft.Extensions.Options;

namespace Loop.Store.Conversations;

/// <summary>Rules across times.</summary>
internal sealed class ConversationOptionsValidator : IValidateOptions<ConversationOptions>
{
    public ValidateOptionsResult Validate(string? name, ConversationOptions options)
    {
        var faults = new List<string>();
        if (options.AnswerTimeout >= options.TimeLimit)
            faults.Add(Fault(nameof(options.AnswerTimeout), options.AnswerTimeout, nameof(options.TimeLimit), options.TimeLimit));
        if (options.Quiet >= options.TimeLimit)
            faults.Add(Fault(nameof(options.Quiet), options.Quiet, nameof(options.TimeLimit), options.TimeLimit));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static string Fault(string shorter, TimeSpan value, string longer, TimeSpan limit) =>
        $"{ConversationOptions.SectionName}:{shorter} is {value}, {ConversationOptions.SectionName}:{longer} is {limit}: the first must be shorter. Lower it, or raise the other.";
}
