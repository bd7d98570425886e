using Loop.Contracts.Conversations;
using Loop.Contracts.Exchanges;
using Loop.Store.Controls;
using Loop.Store.Core.Conversations;

namespace Loop.Store.Conversations;

/// <summary>What is kept for the replay besides the exchanges: a control, and what a person said of a value.</summary>
public sealed partial class ConversationGrain
{
    private bool _hasSoughtControl;

    /// <inheritdoc/>
    public async Task NameControl(string control, string route)
    {
        if (_conversation.MergedInto is { } into)
            await GrainFactory.GetGrain<IConversationIntake>(into.Value).NameControl(control, route);
        else if (_conversation.State is not null)
            await Apply(new NameControl(ConversationId.Parse(control), route, time.GetUtcNow()));
    }

    /// <inheritdoc/>
    public Task<bool> IsHealthyOf(string route) => Task.FromResult(_conversation.State is ConversationState.Sealed && Description.IsHealthyOf(route));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Exchange>> Entries() =>
        Task.FromResult<IReadOnlyList<Exchange>>(_conversation.State is null or ConversationState.Merged ? [] : Description.Entries.ToArray());

    /// <inheritdoc/>
    public async Task<bool> Assert(string wrong, string? expect)
    {
        if (_conversation.MergedInto is { } into)
            return await GrainFactory.GetGrain<IConversationIntake>(into.Value).Assert(wrong, expect);
        await Apply(new AddAssertion(wrong, expect, time.GetUtcNow()));
        return _conversation.Assertions.Any(added => added.Wrong == wrong && added.Expect == expect);
    }

    /// <inheritdoc/>
    public Task ReadAgain()
    {
        _description = null;
        return OnActivateAsync(CancellationToken.None);
    }

    // As soon as nothing of it is on its way, since the rings forget; at the latest when it is sealed.
    private void SeekControl(bool isSealed)
    {
        bool isSettled = isSealed || (_conversation.State is ConversationState.Open && _progress is { IsAnswerOwed: false, StillOpen: 0 });
        if (_hasSoughtControl || !isSettled || _conversation.Control is not null || Description.FailedRoute is not { } route)
            return;
        _hasSoughtControl = true;
        surroundings.Controls.Enqueue(new ControlWanted(_conversation.Id!.Value, route, _conversation.Keys));
    }

    private void TellSealed()
    {
        SeekControl(isSealed: true);
        if (_conversation.Triggers.LastOrDefault(trigger => trigger.Control is not null)?.Control is { } mark)
            surroundings.Controls.Enqueue(new ControlSealed(_conversation.Id!.Value, mark, Description.IsHealthyOf(mark.Route)));
    }
}
