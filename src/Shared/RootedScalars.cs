using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Internals;

/// <summary>
/// Scalars with a live reference. TorchSharp's implicit conversions (<c>x.mul(0.9)</c>; <c>x + y</c> and
/// <c>x.add_(y)</c> create a 1) make temporaries that nothing references while libtorch uses them: a garbage collection
/// may run their finalizers and free them in the middle of the operation (TorchSharp 0.107). All scalars in the
/// library's computations therefore come from this class, and a test finds exceptions (RootedScalarTests).
/// </summary>
[SharedSource]
internal static class RootedScalars
{
    public static readonly Scalar Zero = 0;

    public static readonly Scalar One = 1;

    public static readonly Scalar Two = 2;

    public static readonly Scalar MinusOne = -1;

    public static readonly Scalar MinusInfinity = double.NegativeInfinity;

    // The calls of a thread are sequential, and none takes this many scalars: its call has returned long before a
    // scalar is dropped. A dropped scalar is left to its finalizer, because a field may still reference it.
    private const int Capacity = 256;

    [ThreadStatic]
    private static Scalar[]? recent;

    [ThreadStatic]
    private static int next;

    /// <summary>
    /// Creates a scalar for immediate use in an operation, or for a field. A local variable might be used after the
    /// scalar was dropped.
    /// </summary>
    public static Scalar From(double value) => Root(value);

    /// <summary>Creates an integer scalar, with which operations on integer tensors keep their type.</summary>
    public static Scalar From(long value) => Root(value);

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Scalar y) => x.add(y, One);

    /// <summary>ln(1 + eˣ).</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="linear">The threshold above which the result is x itself. Default: 20.</param>
    public static Tensor Softplus(this Tensor x, double linear = 20)
    {
        try
        {
            return NativeSoftplus(x, One, From(linear));
        }
        catch (MissingMethodException)
        {
            return nn.functional.softplus(x, 1, linear);   // a later version of TorchSharp
        }
    }

    private static Scalar Root(Scalar scalar)
    {
        recent ??= new Scalar[Capacity];
        next = (next + 1) % Capacity;
        return recent[next] = scalar;
    }

    // TorchSharp's public method makes temporary scalars of its arguments; this is the native method that it calls.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "softplus1")]
    private static extern Tensor NativeSoftplus(Tensor x, Scalar beta, Scalar threshold);
}
