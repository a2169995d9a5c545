namespace SimClr.Augmentation;

/// <summary>Pixels as whole numbers, for operations that are defined on bytes.</summary>
internal static class Bytes
{
    /// <summary>Returns the nearest byte, 0 … 255, of a value in [0, 1].</summary>
    public static int FromUnit(float value) => (int)((Math.Clamp(value, 0, 1) * 255) + 0.5f);

    /// <summary>Returns the value of a byte, in [0, 1].</summary>
    public static float ToUnit(int value) => value / 255f;
}
