global using SharedSourceAttribute = SimClr.Internals.SharedSourceAttribute;

namespace SimClr.Internals;

/// <summary>
/// Marks a source in <c>src/Shared</c>, which other packages compile as well. Here the type is an ordinary internal
/// one; there the
/// name stands for the compiler's <c>EmbeddedAttribute</c> (see <c>SharedSource.cs</c>).
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
internal sealed class SharedSourceAttribute : Attribute;
