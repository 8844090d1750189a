import { describe, expect, it } from "vitest";
import { InitializationError, secret } from "./resource-provider.ts";
import { fromStruct, toStruct, withSecretsOf } from "./wire-format.ts";

const sent = toStruct({
  department: secret("Sales"),
  sponsors: ["mona@contoso.example", secret("lee@contoso.example")],
  message: { body: secret("Hi"), cc: "eva@contoso.example" },
  jobTitle: "Buyer",
});

const same = {
  department: "Sales",
  sponsors: ["mona@contoso.example", "lee@contoso.example"],
  message: { body: "Hi", cc: "eva@contoso.example" },
  jobTitle: "Buyer",
};

const marked = {
  department: secret("Sales"),
  sponsors: secret(["mona@contoso.example", "lee@contoso.example"]),
  message: { body: secret("Hi"), cc: "eva@contoso.example" },
  jobTitle: "Buyer",
};

describe("what the engine knows as a secret", () => {
  it("reaches an operation as a plain value", () => {
    expect(fromStruct(sent)).toEqual(same);
  });

  it("is a secret in what goes back under its name, and nothing else is", () => {
    expect(toStruct({ ...same, userId: "1" }, sent).toJavaScript()).toEqual({ ...marked, userId: "1" });
  });

  it("goes back as it came where nothing is different", () => {
    expect(toStruct(same, sent).toJavaScript()).toEqual(sent.toJavaScript());
  });

  it("stays one although the value changes, and is not marked twice", () => {
    expect(toStruct({ department: "Research" }, sent).toJavaScript()).toEqual({ department: secret("Research") });
    expect(toStruct({ department: secret("Sales") }, sent).toJavaScript()).toEqual({ department: secret("Sales") });
  });

  it("is a secret in what is recorded of a failed operation", () => {
    const error = new InitializationError("No sponsor", { id: "1", inputs: same, outputs: { department: "Sales" } });

    expect(withSecretsOf(error, sent)).toMatchObject({
      message: "No sponsor",
      id: "1",
      inputs: marked,
      outputs: { department: secret("Sales") },
    });
  });
});
