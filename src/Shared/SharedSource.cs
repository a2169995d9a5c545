global using SharedSourceAttribute = Microsoft.CodeAnalysis.EmbeddedAttribute;

namespace Microsoft.CodeAnalysis;

/// <summary>
/// The compiler hides a type with this attribute from other assemblies, even from those that see the internals. Each
/// package has
/// its own copy of the shared sources, and a test project that sees several packages would find each type several
/// times.
/// </summary>
[AttributeUsage(AttributeTargets.All)]
internal sealed class EmbeddedAttribute : Attribute;
