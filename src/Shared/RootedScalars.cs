using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Scalars that stay. One that is made of a number on the way to an operation (<c>x.mul(0.9)</c>; <c>x + y</c> and
/// <c>x.add_(y)</c> make a 1) is kept by nothing while libtorch works with it: where memory is collected meanwhile, its
/// finalizer frees it in the middle of the operation (TorchSharp 0.107). So all that the library computes with come from
/// here; a test finds where one does not (KeptScalarTests).
/// </summary>
[SharedSource]
internal static class RootedScalars
{
    public static readonly Scalar Zero = 0;

    public static readonly Scalar One = 1;

    public static readonly Scalar Two = 2;

    public static readonly Scalar MinusOne = -1;

    public static readonly Scalar MinusInfinity = double.NegativeInfinity;

    // The calls of a thread follow each other, and none takes that many: long before one is let go, its call has returned.
    // What is let go is left to its finalizer, as a field may still hold it.
    private const int Capacity = 256;

    [ThreadStatic]
    private static Scalar[]? recent;

    [ThreadStatic]
    private static int next;

    /// <summary>A number: for the operation that it is written in, or for a field. A variable might be used after it was let go.</summary>
    public static Scalar From(double value) => Root(value);

    /// <summary>An integer: those of integers stay integers with it.</summary>
    public static Scalar From(long value) => Root(value);

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Scalar y) => x.add(y, One);

    /// <summary>ln(1 + eˣ).</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="linear">Above this it is x itself.</param>
    public static Tensor Softplus(this Tensor x, double linear = 20)
    {
        try
        {
            return NativeSoftplus(x, One, From(linear));
        }
        catch (MissingMethodException)
        {
            return nn.functional.softplus(x, 1, linear);   // a later TorchSharp
        }
    }

    private static Scalar Root(Scalar scalar)
    {
        recent ??= new Scalar[Capacity];
        next = (next + 1) % Capacity;
        return recent[next] = scalar;
    }

    // What TorchSharp offers makes its scalars of numbers; this is what it then calls.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "softplus1")]
    private static extern Tensor NativeSoftplus(Tensor x, Scalar beta, Scalar threshold);
}
