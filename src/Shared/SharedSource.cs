global using SharedSourceAttribute = Microsoft.CodeAnalysis.EmbeddedAttribute;

namespace Microsoft.CodeAnalysis;

/// <summary>
/// Hides a type from other assemblies, even from those that see the internals; the compiler enforces it. Each package
/// has its own copy of the shared sources, and a test project that sees several packages would otherwise find each type
/// several times.
/// </summary>
[AttributeUsage(AttributeTargets.All)]
internal sealed class EmbeddedAttribute : Attribute;
