namespace SimClr.Cli;

/// <summary>The user stopped the work; the message says where, and how to go on.</summary>
internal sealed class StoppedException(string message, Exception inner) : OperationCanceledException(message, inner);
