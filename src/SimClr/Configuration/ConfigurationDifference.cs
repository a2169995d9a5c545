namespace SimClr.Configuration;

/// <summary>A key with different values in two configurations.</summary>
/// <param name="Key">The path of the key, such as <c>loss.temperature</c>.</param>
/// <param name="First">The value in the first configuration, as JSON.</param>
/// <param name="Second">The value in the second configuration, as JSON.</param>
public sealed record ConfigurationDifference(string Key, string First, string Second);
