namespace DigiCam.Kernel.Sessions;

/// <summary>How code can go on at a place.</summary>
/// <param name="Start">Beginning of the text that a match replaces.</param>
/// <param name="End">End of that text.</param>
/// <param name="Matches">What may stand there, the most fitting first.</param>
internal sealed record Completion(int Start, int End, IReadOnlyList<CompletionMatch> Matches);

/// <summary>One way to go on.</summary>
/// <param name="Text">The text.</param>
/// <param name="Kind">What it is, for an icon: <c>method</c>, <c>property</c>, <c>keyword</c> and the like.</param>
internal sealed record CompletionMatch(string Text, string Kind);

/// <summary>What is known about the name at a place.</summary>
/// <param name="Text">Signature and documentation.</param>
/// <param name="Markdown">The same in markdown.</param>
internal sealed record Hint(string Text, string Markdown);

/// <summary>Whether a text can be executed as it stands.</summary>
/// <param name="Status"><c>complete</c>, <c>incomplete</c> or <c>invalid</c>.</param>
/// <param name="Indent">How an incomplete text goes on on its next line.</param>
internal sealed record Completeness(string Status, string Indent = "");
