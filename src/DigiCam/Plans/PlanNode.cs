using System.Collections.Immutable;

namespace DigiCam.Plans;

/// <summary>A part of a plan's text.</summary>
/// <param name="Line">Line where it begins, from 1.</param>
internal abstract record PlanNode(int Line);

/// <summary>A single value.</summary>
/// <param name="Line">Line where it begins, from 1.</param>
/// <param name="Text">The value; empty where none is given.</param>
internal sealed record PlanScalar(int Line, string Text) : PlanNode(Line);

/// <summary>A list.</summary>
/// <param name="Line">Line where it begins, from 1.</param>
/// <param name="Items">Its items.</param>
internal sealed record PlanList(int Line, ImmutableArray<PlanNode> Items) : PlanNode(Line);

/// <summary>Keys with their values.</summary>
/// <param name="Line">Line where it begins, from 1.</param>
/// <param name="Entries">In the order of the text; no key twice.</param>
internal sealed record PlanTable(int Line, ImmutableArray<PlanEntry> Entries) : PlanNode(Line);

/// <summary>A key and its value.</summary>
/// <param name="Line">Line of the key, from 1.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct PlanEntry(int Line, string Key, PlanNode Value);
