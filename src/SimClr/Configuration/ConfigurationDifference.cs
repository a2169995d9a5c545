namespace SimClr.Configuration;

/// <summary>A key that has different values in two configurations.</summary>
/// <param name="Key">Its path: <c>loss.temperature</c>.</param>
/// <param name="First">The value in the first, as JSON.</param>
/// <param name="Second">The value in the second, as JSON.</param>
public sealed record ConfigurationDifference(string Key, string First, string Second);
