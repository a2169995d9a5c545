global using SharedSourceAttribute = SimClr.Internals.SharedSourceAttribute;

namespace SimClr.Internals;

/// <summary>
/// Marks a type in <c>src/Shared</c>, which other packages also compile. In this package, the type is an ordinary
/// internal type; in the others, the name stands for the compiler's <c>EmbeddedAttribute</c> (see
/// <c>SharedSource.cs</c>).
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
internal sealed class SharedSourceAttribute : Attribute;
