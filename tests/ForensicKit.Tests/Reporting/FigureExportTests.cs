using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ForensicKit.Reporting;
using SkiaSharp;

namespace ForensicKit.Tests.Reporting;

public class FigureExportTests
{
    [Fact]
    public void A_png_says_how_large_it_is_and_shows_the_figure()
    {
        var png = FigureImage.Png(SampleFigures.Claims());
        Assert.Equal("pHYs", Encoding.ASCII.GetString(png, 37, 4));
        var perMetre = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(41));
        Assert.True(perMetre * 0.0254 >= 300);
        Assert.Equal(perMetre, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(45)));
        Assert.Equal(1, png[49]);
        using var bitmap = SKBitmap.Decode(png);
        Assert.Equal(2286, bitmap.Width);
        var colours = new HashSet<SKColor>();
        for (var y = 0; y < bitmap.Height; y += 3)
        {
            for (var x = 0; x < bitmap.Width; x += 3)
                colours.Add(bitmap.GetPixel(x, y));
        }

        Assert.Contains(new SKColor(0x00, 0x72, 0xb2), colours);
        Assert.Contains(new SKColor(0xd5, 0x5e, 0x00), colours);
        Assert.Contains(SKColors.White, colours);
        Assert.Equal(png, FigureImage.Png(SampleFigures.Claims()));
    }

    [Fact]
    public void Images_are_drawn_with_the_bundled_font_at_the_measured_width()
    {
        // A headline of one long line: its ink must end where the layout's measure says, within kerning.
        var figure = SampleFigures.Gap() with { Title = "HHHHHHHHHHHHHHHHHHHHHHHH" };
        var title = FigureLayout.Arrange(figure, 720, framed: true).Items.OfType<TextItem>().Single(t => t.Text == figure.Title);
        using var bitmap = SKBitmap.Decode(FigureImage.Png(figure));
        var scale = bitmap.Width / 720.0;
        var row = (int)((title.Y - (title.Size * 0.3)) * scale);
        var last = Enumerable.Range(0, bitmap.Width).Last(x => bitmap.GetPixel(x, row).Red < 128);
        Assert.Equal(title.Box.Right, last / scale, title.Size * 0.15);
    }

    [Fact]
    public void A_pdf_is_vector_with_embedded_font_and_no_clock()
    {
        var pdf = FigureImage.Pdf(SampleFigures.Claims());
        var text = Encoding.Latin1.GetString(pdf);
        Assert.StartsWith("%PDF-1.", text, StringComparison.Ordinal);
        Assert.Contains("IBMPlexSans", text, StringComparison.Ordinal);
        Assert.DoesNotContain("CreationDate", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ModDate", text, StringComparison.Ordinal);
        Assert.DoesNotContain("/Subtype /Image", text, StringComparison.Ordinal);
        Assert.Equal(pdf, FigureImage.Pdf(SampleFigures.Claims()));
    }

    [Fact]
    public async Task Every_form_is_written_whole_and_named_by_hash()
    {
        var folder = Directory.CreateTempSubdirectory("forensickit-figures-");
        try
        {
            var hashes = await FigureExport.WriteAsync(SampleFigures.Rules(), folder.FullName);
            Assert.Equal(["fig-rules-dark.svg", "fig-rules-print.svg", "fig-rules.csv", "fig-rules.pdf", "fig-rules.png", "fig-rules.svg"], hashes.Keys);
            Assert.Equal(hashes.Keys.Order(StringComparer.Ordinal), folder.GetFiles().Select(f => f.Name).Order(StringComparer.Ordinal));
            foreach (var (name, hash) in hashes)
                Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(folder.FullName, name)))));
            Assert.Equal(hashes["fig-rules.csv"], FigureCsv.Sha256(SampleFigures.Rules().Data));
            Assert.Equal(hashes, await FigureExport.WriteAsync(SampleFigures.Rules(), folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        var file = Path.GetTempFileName();
        try
        {
            var error = await Assert.ThrowsAsync<KitException>(() => FigureExport.WriteAsync(SampleFigures.Rules(), Path.Combine(file, "inside")));
            Assert.Contains("inside", error.Message, StringComparison.Ordinal);
            Assert.Equal(ExitCode.BadInput, error.ExitCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_cancelled_export_leaves_nothing_partial()
    {
        var folder = Directory.CreateTempSubdirectory("forensickit-figures-");
        try
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FigureExport.WriteAsync(SampleFigures.Rules(), folder.FullName, new CancellationToken(canceled: true)));
            Assert.Empty(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
