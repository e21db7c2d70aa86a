using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>The filter <c>wordwrap</c>: each line of a text broken at white space, after hyphens, and within words that are longer than a line.</summary>
internal static class WordWrap
{
    public static StringValue Filter(Interpreter it, StringValue text, BoundArguments a)
    {
        var width = Expect.Index(a[0], 79);
        if (width <= 0)
            throw TemplateException.Failed("invalid width (must be > 0)");
        var breaksWords = a[1]?.IsTrue ?? true;
        var newLine = Expect.TextOrNone(a[2]) ?? "\n";
        var breaksHyphens = a[3]?.IsTrue ?? true;
        it.Budget.Characters(text.Text.Length * 16L);
        var lines = PythonText.SplitLines(text.Text).Select(line =>
        {
            var wrapped = Wrap(Chunks(line, breaksHyphens), width, breaksWords);
            it.Budget.Characters((long)wrapped.Count * newLine.Length);
            return string.Join(newLine, wrapped);
        });
        return text.With(string.Join(newLine, lines));
    }

    private static List<string> Wrap(List<string> chunks, int width, bool breaksWords)
    {
        var lines = new List<string>();
        var queue = new Stack<string>(Enumerable.Reverse(chunks));
        while (queue.Count > 0)
        {
            // White space at the start of a line that follows another is dropped.
            if (lines.Count > 0 && IsBlank(queue.Peek()))
                queue.Pop();
            var line = new List<string>();
            var length = 0;
            while (queue.TryPeek(out var next) && length + StringValue.CountCodePoints(next) <= width)
            {
                length += StringValue.CountCodePoints(next);
                line.Add(queue.Pop());
            }

            if (queue.TryPeek(out var tooLong) && StringValue.CountCodePoints(tooLong) > width)
            {
                if (breaksWords)
                {
                    var word = new StringValue(queue.Pop());
                    line.Add(word.Part(0, Math.Max(1, width - length)).Text);
                    queue.Push(word.Part(Math.Max(1, width - length), word.Length).Text);
                }
                else if (line.Count == 0)
                {
                    line.Add(queue.Pop());
                }
            }

            if (line.Count > 0 && IsBlank(line[^1]))
                line.RemoveAt(line.Count - 1);
            if (line.Count > 0)
                lines.Add(string.Concat(line));
        }

        return lines;
    }

    private static bool IsBlank(string chunk) => chunk.All(IsBlank);

    // Only ASCII white space separates words here.
    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\v' or '\f' or '\r';

    private static List<string> Chunks(string line, bool breaksHyphens)
    {
        var chunks = new List<string>();
        for (var i = 0; i < line.Length;)
        {
            var start = i;
            var blank = IsBlank(line[i]);
            while (i < line.Length && IsBlank(line[i]) == blank)
                i++;
            var word = line[start..i];
            if (blank || !breaksHyphens)
                chunks.Add(word);
            else
                chunks.AddRange(AtHyphens(word));
        }

        return chunks;
    }

    // After a hyphen between letters; a dash of two or more hyphens between words is a chunk of its own.
    private static IEnumerable<string> AtHyphens(string word)
    {
        var start = 0;
        for (var i = 1; i < word.Length; i++)
        {
            if (word[i] != '-')
                continue;
            var end = i;
            while (end < word.Length && word[end] == '-')
                end++;
            if (end - i >= 2 && end < word.Length && IsWord(word[end]) && (IsWord(word[i - 1]) || word[i - 1] is '!' or '"' or '\'' or '&' or '.' or ',' or '?'))
            {
                yield return word[start..i];
                yield return word[i..end];
                start = end;
                i = end - 1;
            }
            else if (end - i == 1 && end + 1 < word.Length && i - start >= 2 && char.IsLetter(word[i - 1]) && char.IsLetter(word[i - 2]) && char.IsLetter(word[end])
                && (char.IsLetter(word[end + 1]) || (word[end + 1] == '-' && end + 2 < word.Length && char.IsLetter(word[end + 2]))))
            {
                yield return word[start..end];
                start = end;
            }
        }

        if (start < word.Length)
            yield return word[start..];
    }

    private static bool IsWord(char c) => c == '_' || char.IsLetterOrDigit(c);
}
