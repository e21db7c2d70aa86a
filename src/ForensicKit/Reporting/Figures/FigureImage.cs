using System.Buffers.Binary;
using System.Text;
using ICSharpCode.SharpZipLib.Checksum;
using SkiaSharp;
using Svg.Skia;
using Svg.Skia.TypefaceProviders;

namespace ForensicKit.Reporting;

/// <summary>
/// PNG and PDF of a figure, drawn from its SVG with the bundled font alone, so that they show on every machine what the SVG shows.
/// No clock, user or machine enters either file.
/// </summary>
public static class FigureImage
{
    /// <summary>Pixels of the PNG per metre: 12 per mm, that is 304.8 dpi.</summary>
    public const int PixelsPerMetre = 12000;

    // A px of the figure is 1/96 inch.
    private const float Scale = (float)(PixelsPerMetre * 0.0254 / 96);
    private const float PointsPerPx = 72f / 96f;

    /// <summary>The figure as PNG of 304.8 dpi with its physical size (pHYs) set: 2286 pixels for 720 px.</summary>
    /// <exception cref="KitException">The drawing library cannot be loaded here.</exception>
    public static byte[] Png(Figure figure, FigureVariant variant = FigureVariant.Light, double width = FigureSvg.ColumnWidth) => Draw(figure, variant, width, picture =>
    {
        var (w, h) = ((int)Math.Round(picture.CullRect.Width * Scale), (int)Math.Round(picture.CullRect.Height * Scale));
        using var bitmap = new SKBitmap(new SKImageInfo(w, h, SKColorType.Rgba8888, SKAlphaType.Premul));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            canvas.Scale(Scale);
            canvas.DrawPicture(picture);
        }

        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return WithPhysicalSize(encoded.ToArray());
    });

    /// <summary>The figure as PDF: vectors, embedded font, 0.75 pt for each px, no dates.</summary>
    /// <exception cref="KitException">The drawing library cannot be loaded here.</exception>
    public static byte[] Pdf(Figure figure, FigureVariant variant = FigureVariant.Light, double width = FigureSvg.ColumnWidth) => Draw(figure, variant, width, picture =>
    {
        using var stream = new MemoryStream();
        var metadata = new SKDocumentPdfMetadata
        {
            Title = FigureText.Clean(figure.Title),
            Subject = FigureText.Clean(figure.AltText, 2000),
            Keywords = FigureText.Clean($"case {figure.CaseId}, data SHA-256 {FigureCsv.Sha256(figure.Data)}"),
            Creator = "ForensicKit",
            Producer = "ForensicKit",
            Author = "",
            RasterDpi = 300,
            EncodingQuality = 101,
        };
        using (var document = SKDocument.CreatePdf(stream, metadata))
        {
            using var canvas = document.BeginPage(picture.CullRect.Width * PointsPerPx, picture.CullRect.Height * PointsPerPx);
            canvas.Scale(PointsPerPx);
            canvas.DrawPicture(picture);
            document.EndPage();
            document.Close();
        }

        return stream.ToArray();
    });

    private static byte[] Draw(Figure figure, FigureVariant variant, double width, Func<SKPicture, byte[]> draw)
    {
        // CSS custom properties mean nothing outside a document; the light colours are their values there.
        var svg = FigureSvg.Render(figure, variant == FigureVariant.Inline ? FigureVariant.Light : variant, width, framed: true);
        try
        {
            using var skia = new SKSvg();
            skia.Settings.TypefaceProviders = [new BundledFont()];
            var picture = skia.FromSvg(svg) ?? throw new InvalidOperationException($"Figure '{figure.Id}' could not be drawn.");
            return draw(picture);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            throw new KitException(
                "The drawing library SkiaSharp has no native part for this system, so figures cannot be written as PNG or PDF.",
                mend: "Use the SVG files, or run on Windows, macOS or Linux (x64 or arm64).",
                exitCode: ExitCode.EnvironmentLacks,
                innerException: e);
        }
    }

    // PNG (ISO/IEC 15948), 11.3.5.3: pHYs stands between IHDR and IDAT; IHDR is always the first chunk and 25 bytes long.
    private static byte[] WithPhysicalSize(byte[] png)
    {
        const int afterHeader = 8 + 25;
        var chunk = new byte[4 + 4 + 9 + 4];
        BinaryPrimitives.WriteInt32BigEndian(chunk, 9);
        Encoding.ASCII.GetBytes("pHYs", chunk.AsSpan(4));
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(8), PixelsPerMetre);
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(12), PixelsPerMetre);
        chunk[16] = 1;
        var crc = new Crc32();
        crc.Update(new ArraySegment<byte>(chunk, 4, 13));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(17), (uint)crc.Value);
        return [.. png[..afterHeader], .. chunk, .. png[afterHeader..]];
    }

    // Whatever family is asked for, the bundled font answers: a system font would draw the same figure differently elsewhere.
    private sealed class BundledFont : ITypefaceProvider
    {
        private static readonly Lazy<SKTypeface> Regular = new(() => Load(FigureFont.Regular));
        private static readonly Lazy<SKTypeface> SemiBold = new(() => Load(FigureFont.SemiBold));

        public SKTypeface FromFamilyName(string fontFamily, SKFontStyleWeight fontWeight, SKFontStyleWidth fontWidth, SKFontStyleSlant fontStyle) =>
            (int)fontWeight >= 550 ? SemiBold.Value : Regular.Value;

        private static SKTypeface Load(FigureFont font)
        {
            using var data = SKData.CreateCopy(font.File.Span);
            return SKTypeface.FromData(data) ?? throw new InvalidOperationException("The bundled font could not be loaded.");
        }
    }
}
