global using SharedSourceAttribute = SimClr.Internals.SharedSourceAttribute;

namespace SimClr.Internals;

/// <summary>
/// Marks a type in <c>src/Shared</c>, whose sources are also compiled into other packages. In this package, it is an
/// ordinary internal attribute; there, the name is an alias for the compiler's <c>EmbeddedAttribute</c> (see
/// <c>SharedSource.cs</c>).
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
internal sealed class SharedSourceAttribute : Attribute;
