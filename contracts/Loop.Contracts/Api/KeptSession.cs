namespace Loop.Contracts.Api;

/// <summary>The kept requests of one session: <c>POST /api/v1/sessions</c>.</summary>
/// <param name="Session">Id of the conversation that was named: what <see cref="ConversationDetail.Session"/> of the others says.</param>
/// <param name="Ids">All conversations of the session that are kept now, that one too, oldest first: the order in which a replay sends them.</param>
/// <param name="ComparedBy">Names of the cookies and headers by whose redaction tokens the session is known.</param>
/// <param name="SilentNodes">Capture nodes that did not answer; what they hold is missing.</param>
/// <param name="Missed">Requests that were found, and gone from the rings when they were to be kept.</param>
public sealed record KeptSession(string Session, IReadOnlyList<string> Ids, IReadOnlyList<string> ComparedBy, IReadOnlyList<string> SilentNodes, int Missed);
