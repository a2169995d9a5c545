using System.Security;

namespace SimClr.Cli;

/// <summary>
/// File, folder and stream errors that no closer handler has translated. They are not bugs, whatever their type.
/// </summary>
internal static class ExternalCause
{
    /// <summary>Returns the system's message, or null for an error with another cause.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        IOException or UnauthorizedAccessException or SecurityException or InvalidDataException => exception.Message,
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };
}
