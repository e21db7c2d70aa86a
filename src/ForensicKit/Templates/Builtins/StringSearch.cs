using System.Text;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Finding, counting, replacing and splitting in texts, as Python does it.</summary>
internal static class StringSearch
{
    /// <summary>The part of a text between two indexes in Python's manner; null where the start lies behind the end of the text.</summary>
    public static string? Window(Budget budget, StringValue text, Value? start, Value? stop)
    {
        if (Bounds(text, start, stop) is not { } bounds)
            return null;
        if (bounds == (0, text.Length))
            return text.Text;
        budget.Characters(text.Text.Length);
        return text.Text[text.Offset(bounds.Start)..text.Offset(bounds.Stop)];
    }

    /// <summary>Index of the first or last occurrence; -1 where there is none.</summary>
    public static int Find(Budget budget, Value self, BoundArguments a, bool last)
    {
        var text = (StringValue)self;
        var sought = Expect.Text(a.Required(0)).Text;
        if (Bounds(text, a[1], a[2]) is not { } bounds)
            return -1;
        budget.Search(text.Text.Length, sought.Length);
        var from = text.Offset(bounds.Start);
        var part = text.Text.AsSpan(from, text.Offset(bounds.Stop) - from);
        var found = last ? part.LastIndexOf(sought, StringComparison.Ordinal) : part.IndexOf(sought, StringComparison.Ordinal);
        return found < 0 ? -1 : text.Index(from + found);
    }

    /// <summary>Number of occurrences that do not overlap.</summary>
    public static int Count(Budget budget, Value self, BoundArguments a)
    {
        var text = (StringValue)self;
        var sought = Expect.Text(a.Required(0)).Text;
        if (Bounds(text, a[1], a[2]) is not { } bounds)
            return 0;
        if (sought.Length == 0)
            return bounds.Stop - bounds.Start + 1;
        budget.Search(text.Text.Length, sought.Length);
        var from = text.Offset(bounds.Start);
        return text.Text.AsSpan(from, text.Offset(bounds.Stop) - from).Count(sought);
    }

    /// <summary><c>str.replace</c>; a negative count replaces all.</summary>
    public static StringValue Replace(Budget budget, StringValue self, StringValue old, StringValue replacement, int count)
    {
        var by = self.IsMarkup ? Markup.Escape(replacement).Text : replacement.Text;
        var text = self.Text;
        budget.Search(text.Length, old.Text.Length);
        budget.Characters(text.Length);
        if (count < 0)
            count = int.MaxValue;
        var builder = new StringBuilder();
        if (old.Text.Length == 0)
        {
            // Between all characters, at the start and at the end.
            foreach (var character in self.Characters().Select(c => c.Text).Append(""))
            {
                if (count-- > 0)
                {
                    budget.Characters(by.Length);
                    builder.Append(by);
                }

                builder.Append(character);
            }

            return self.With(builder.ToString());
        }

        var start = 0;
        for (var found = 0; count > 0 && (found = text.IndexOf(old.Text, start, StringComparison.Ordinal)) >= 0; count--)
        {
            budget.Characters(by.Length);
            builder.Append(text, start, found - start).Append(by);
            start = found + old.Text.Length;
        }

        return start == 0 ? self : self.With(builder.Append(text, start, text.Length - start).ToString());
    }

    /// <summary><c>str.split</c> and <c>str.rsplit</c>; without a separator at white space, dropping empty parts.</summary>
    public static ListValue Split(Budget budget, StringValue self, string? separator, int most, bool fromRight)
    {
        var text = self.Text;
        budget.Characters(text.Length);
        if (separator is "")
            throw TemplateException.Failed("empty separator");
        budget.Search(text.Length, separator?.Length ?? 1);
        if (most < 0)
            most = int.MaxValue;
        var parts = separator is null ? AtSpace(text, most, fromRight) : AtSeparator(text, separator, most, fromRight);
        var values = new List<Value>();
        foreach (var part in parts)
        {
            budget.Item();
            values.Add(self.With(part));
        }

        if (fromRight)
            values.Reverse();
        return new(values);
    }

    /// <summary><c>str.partition</c> and <c>str.rpartition</c>.</summary>
    public static TupleValue Partition(Budget budget, StringValue self, string separator, bool last)
    {
        if (separator.Length == 0)
            throw TemplateException.Failed("empty separator");
        budget.Search(self.Text.Length, separator.Length);
        budget.Characters(self.Text.Length);
        var at = last ? self.Text.LastIndexOf(separator, StringComparison.Ordinal) : self.Text.IndexOf(separator, StringComparison.Ordinal);
        var (empty, whole) = (self.With(""), self);
        if (at < 0)
            return new(last ? [empty, empty, whole] : [whole, empty, empty]);
        return new([self.With(self.Text[..at]), self.With(separator), self.With(self.Text[(at + separator.Length)..])]);
    }

    private static IEnumerable<string> AtSeparator(string text, string separator, int most, bool fromRight)
    {
        if (fromRight)
        {
            var end = text.Length;
            for (var found = 0; most > 0 && (found = text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal)) >= 0; most--)
            {
                yield return text[(found + separator.Length)..end];
                end = found;
            }

            yield return text[..end];
            yield break;
        }

        var start = 0;
        for (var found = 0; most > 0 && (found = text.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; most--)
        {
            yield return text[start..found];
            start = found + separator.Length;
        }

        yield return text[start..];
    }

    private static IEnumerable<string> AtSpace(string text, int most, bool fromRight)
    {
        var (start, end) = (0, text.Length);
        if (fromRight)
        {
            for (; ; most--)
            {
                while (end > 0 && PythonText.IsSpace(text[end - 1]))
                    end--;
                if (end == 0)
                    yield break;
                start = end;
                while (most > 0 && start > 0 && !PythonText.IsSpace(text[start - 1]))
                    start--;
                yield return most > 0 ? text[start..end] : text[..end];
                if (most <= 0)
                    yield break;
                end = start;
            }
        }

        for (; ; most--)
        {
            while (start < text.Length && PythonText.IsSpace(text[start]))
                start++;
            if (start == text.Length)
                yield break;
            end = start;
            while (most > 0 && end < text.Length && !PythonText.IsSpace(text[end]))
                end++;
            yield return most > 0 ? text[start..end] : text[start..];
            if (most <= 0)
                yield break;
            start = end;
        }
    }

    private static (int Start, int Stop)? Bounds(StringValue text, Value? start, Value? stop)
    {
        int Bound(Value? value, int otherwise)
        {
            var index = (long)Expect.IndexOrNone(value, otherwise);
            return (int)Math.Max(index < 0 ? index + text.Length : index, 0);
        }

        var (from, to) = (Bound(start, 0), Math.Min(Bound(stop, text.Length), text.Length));
        return from > to ? null : (from, to);
    }
}
