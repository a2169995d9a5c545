using TorchSharp;

namespace SimClr.Internals;

/// <summary>
/// Scalars that stay. One that is made of a number on the way to an operation (<c>x.add_(y)</c> makes a 1) is kept by nothing
/// while libtorch works with it: where memory is collected meanwhile, its finalizer frees it in the middle of the operation
/// (TorchSharp 0.107). Loops that are long, or that make much garbage, take these, or hold theirs by <c>using</c>.
/// </summary>
internal static class Scalars
{
    public static readonly Scalar Zero = 0;

    public static readonly Scalar One = 1;

    public static readonly Scalar MinusOne = -1;

    public static readonly Scalar MinusInfinity = double.NegativeInfinity;
}
