using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace SimClr.Cli;

/// <summary>Tells that memory ran out, from the errors of the runtime and of the tensor library.</summary>
internal static partial class MemoryShortage
{
    private const string Remedy = "lower batch.size, views.size or encoder.width, or free some memory";

    /// <summary>What happened and what to make smaller; null for any other error.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        OutOfMemoryException => $"out of memory; {Remedy}",
        ExternalException when NativeMessage().IsMatch(exception.Message) => $"out of memory{RequestedAmount(exception.Message)}; {Remedy}",
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };

    /// <summary>The message without the native stack that the tensor library writes behind it.</summary>
    public static string WithoutFrames(string message) => NativeFrames().Split(message, 2)[0].TrimEnd();

    private static string RequestedAmount(string message)
        => Bytes().Match(message) is { Success: true } match
            ? $" (an allocation of {match.Groups[1].Value} {match.Groups[2].Value} failed)"
            : "";

    [GeneratedRegex("allocate memory|out of memory|bad_alloc", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NativeMessage();

    // "tried to allocate 96000000000 bytes" on processors, "Tried to allocate 2.00 GiB" on graphics processors.
    [GeneratedRegex("tried to allocate ([0-9.]+) ([a-z]+)", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bytes();

    [GeneratedRegex(@"\s*\n(Exception raised from|frame #)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NativeFrames();
}
