using System.Text;
using System.Text.Json;
using CsCheck;
using ForensicKit.Inference.Endpoints;

namespace ForensicKit.Inference.Tests.Endpoints;

public class HostileAnswerTests
{
    private static readonly string[] s_answers =
    [
        """{"id":"a","model":"m","choices":[{"index":0,"text":" x y","finish_reason":"stop","token_ids":[1,2],"logprobs":{"tokens":[" x"," y"],"token_logprobs":[-1.5,-2],"top_logprobs":[{"a":-1},{"b":-2}],"text_offset":[0,2]}}],"usage":{"prompt_tokens":3,"completion_tokens":2}}""",
        """{"id":"a","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"length","logprobs":{"content":[{"token":"x","bytes":[120],"id":7,"logprob":-0.5,"top_logprobs":[{"token":"x","logprob":-0.5},{"token":"y","logprob":-3.4028234663852886e38}]}]}}],"usage":null}""",
        """{"choices":[{"index":0,"text":"","finish_reason":"length","prompt_token_ids":[5,6],"prompt_logprobs":[null,{"6":{"logprob":-1,"rank":1,"decoded_token":" y"},"9":{"logprob":-2,"rank":2,"decoded_token":" z"}}]}]}""",
        """{"error":{"message":"no","code":7}}""",
    ];

    private static readonly string[] s_values = ["null", "0", "-1", "1e999", "-1e308", "3.7", "99999999999999999999", "\"\"", "\"\\ud800\"", "true", "[]", "{}", "[[]]", "[null]", "{\"\":{}}"];

    [Fact]
    public void What_is_not_understood_is_refused_and_nothing_else_happens() =>
        Gen.Select(Gen.Int[0, s_answers.Length - 1], Gen.Int[0, 1000], Gen.Int[0, s_values.Length - 1], Gen.Bool).Sample(
            (answer, place, value, cut) =>
            {
                var text = s_answers[answer];
                // Puts another value in the place of one, or cuts the text off there.
                var values = Places(text);
                var (start, end) = values[place % values.Count];
                Read(Encoding.UTF8.GetBytes(cut ? text[..end] : text[..start] + s_values[value] + text[end..]));
            },
            iter: 20_000);

    [Fact]
    public void Bytes_that_are_changed_are_refused_or_read() =>
        Gen.Select(Gen.Int[0, s_answers.Length - 1], Gen.Int[0, 1000], Gen.Byte).Sample(
            (answer, place, value) =>
            {
                var bytes = Encoding.UTF8.GetBytes(s_answers[answer]);
                bytes[place % bytes.Length] = value;
                Read(bytes);
            },
            iter: 20_000);

    private static void Read(byte[] bytes)
    {
        try
        {
            var answer = AnswerJson.Parse(bytes);
            _ = AnswerJson.Texts(answer).Count();
            _ = new UsageMeter().Add(answer);
            new AnsweringModel().Check(answer);
            if (AnswerJson.Choice(answer) is { } choice)
            {
                _ = AnswerJson.FinishReason(choice);
                var tokens = AnswerTokens.Of(choice);
                _ = AnswerTokens.Ids(choice, tokens);
                Assert.All(tokens, t => Assert.True(t.LogProb is null || double.IsFinite(t.LogProb.Value)));
                Assert.All(tokens, t => Assert.All(t.Top, top => Assert.True(double.IsFinite(top))));
                _ = PromptAlignment.Of(tokens, "some text", 1);
            }

            _ = EndpointScoring.Tokens(answer, PromptScores.PromptLogProbs);
            _ = EndpointScoring.Tokens(answer, PromptScores.Echo);
        }
        catch (EndpointFailure)
        {
            // Refused in words.
        }

        _ = ErrorText.Of(bytes);
    }

    private static List<(int Start, int End)> Places(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        var places = new List<(int, int)>();
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.EndArray or JsonTokenType.EndObject or JsonTokenType.PropertyName))
                places.Add(((int)reader.TokenStartIndex, (int)reader.BytesConsumed));
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                var inner = reader;
                inner.Skip();
                places.Add(((int)reader.TokenStartIndex, (int)inner.BytesConsumed));
            }
        }

        return places;
    }
}
