using ImageMagick;
using ImageMagick.Configuration;

namespace SimClr.Formats;

/// <summary>
/// What ImageMagick may do in this process: read the formats of <see cref="MagickDecoder"/> from memory, with one
/// thread per image (data sets read several images at once), without helper programs and without pixels on disk.
/// </summary>
internal static class MagickPolicy
{
    // Four bytes for each of the most pixels that ImageDecoder accepts, and as much for further channels.
    private const ulong MaxBytesAtOnce = 4UL << 30;

    private const string Policy =
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <policymap>
          <policy domain="delegate" rights="none" pattern="*" />
          <policy domain="filter" rights="none" pattern="*" />
          <policy domain="path" rights="none" pattern="@*" />
          <policy domain="coder" rights="none" pattern="*" />
          <policy domain="coder" rights="read | write" pattern="{TIFF,HEIC,AVIF,JXL,DNG}" />
        </policymap>
        """;

    private static readonly Lazy<bool> Applied = new(Apply);

    /// <summary>Applies the policy at the first call with <paramref name="restrict"/>.</summary>
    /// <exception cref="ConfigurationException">
    /// Magick.NET has no native library for this system, or has been used with another policy.
    /// </exception>
    public static void Apply(bool restrict)
    {
        try
        {
            _ = restrict && Applied.Value;
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException)
        {
            throw new ConfigurationException(
                "the native library of Magick.NET, which reads HEIC, AVIF, TIFF, JPEG XL and raw files, cannot be "
                    + $"loaded ({(error.InnerException ?? error).Message}); convert such images to JPEG or PNG",
                error);
        }
    }

    private static bool Apply()
    {
        // ImageMagick takes a policy only from a folder of files, and reads it at the first use.
        DirectoryInfo folder = Directory.CreateTempSubdirectory("simclr-");
        try
        {
            IConfigurationFiles files = ConfigurationFiles.Default;
            files.Policy.Data = Policy;
            MagickNET.Initialize(files, folder.FullName);
            RequireRefusal();
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        ResourceLimits.Thread = 1;
        ResourceLimits.Disk = 0;
        ResourceLimits.MaxMemoryRequest = MaxBytesAtOnce;
        return true;
    }

    private static void RequireRefusal()
    {
        try
        {
            using var image = new MagickImage("xc:white", 1, 1);
        }
        catch (MagickPolicyErrorException)
        {
            return;
        }

        throw new ConfigurationException(
            "this program used Magick.NET before the first image of SimClr.Formats, and ImageMagick reads its policy "
                + "only once; call MagickFormats.Register(restrict: false) and set a policy where the program starts");
    }
}
