/**
 * What calls cost by Anthropic's price list, worked out apart from our code: tokens × USD per million tokens of each
 * kind, USD of each web search, and the factors. Factors multiply the tokens; what is negotiated multiplies searches
 * as well. The basis is exact unless the last column says otherwise.
 */
export const GOLDEN_COSTS = `
# The contract
| case                   | day        | model                      | input  | output | 5 min | 1 hour | read | searches | factors | USD    | basis |
| the contract's example | 2026-11-23 | claude-sonnet-4-5-20250929 | 1000×3 | 500×15 |       |        |      |          |         | 0.0105 |       |
| the same by its alias  | 2026-11-23 | claude-sonnet-4-5          | 1000×3 | 500×15 |       |        |      |          |         | 0.0105 |       |

# Every model on the market
| case                | day        | model                      | input    | output  | 5 min    | 1 hour   | read       | searches | factors          | USD           | basis |
| every kind of token | 2026-11-23 | claude-fable-5-2           | 1234×8   | 567×40  | 89×10    | 1011×16  | 12131×0.2  |          |                  | 0.0520442     |       |
| a batch in the US   | 2026-11-23 | claude-fable-5-2           | 7×8      | 11×40   | 13×10    | 17×16    | 19×0.2     |          | batch×0.5 us×1.1 | 0.00049599    |       |
| every kind of token | 2026-11-23 | claude-mythos-5-2          | 1234×8   | 567×40  | 89×10    | 1011×16  | 12131×0.2  |          |                  | 0.0520442     |       |
| a batch in the US   | 2026-11-23 | claude-mythos-5-2          | 7×8      | 11×40   | 13×10    | 17×16    | 19×0.2     |          | batch×0.5 us×1.1 | 0.00049599    |       |
| every kind of token | 2026-11-23 | claude-haiku-5-5           | 1234×0.1 | 567×0.5 | 89×0.125 | 1011×0.2 | 12131×0.01 |          |                  | 0.000741535   |       |
| a batch in the US   | 2026-11-23 | claude-haiku-5-5           | 7×0.1    | 11×0.5  | 13×0.125 | 17×0.2   | 19×0.01    |          | batch×0.5 us×1.1 | 0.00000627825 |       |
| every kind of token | 2026-11-23 | claude-sonnet-5-5          | 1234×2   | 567×10  | 89×2.5   | 1011×4   | 12131×0.1  |          |                  | 0.0136176     |       |
| a batch in the US   | 2026-11-23 | claude-sonnet-5-5          | 7×2      | 11×10   | 13×2.5   | 17×4     | 19×0.1     |          | batch×0.5 us×1.1 | 0.00012452    |       |
| every kind of token | 2026-11-23 | claude-opus-5-5            | 1234×4   | 567×20  | 89×5     | 1011×8   | 12131×0.2  |          |                  | 0.0272352     |       |
| a batch in the US   | 2026-11-23 | claude-opus-5-5            | 7×4      | 11×20   | 13×5     | 17×8     | 19×0.2     |          | batch×0.5 us×1.1 | 0.00024904    |       |
| every kind of token | 2026-11-23 | claude-fable-5-1           | 1234×10  | 567×50  | 89×12.5  | 1011×20  | 12131×0.25 |          |                  | 0.06505525    |       |
| a batch in the US   | 2026-11-23 | claude-fable-5-1           | 7×10     | 11×50   | 13×12.5  | 17×20    | 19×0.25    |          | batch×0.5 us×1.1 | 0.0006199875  |       |
| every kind of token | 2026-11-23 | claude-mythos-5-1          | 1234×10  | 567×50  | 89×12.5  | 1011×20  | 12131×0.25 |          |                  | 0.06505525    |       |
| a batch in the US   | 2026-11-23 | claude-mythos-5-1          | 7×10     | 11×50   | 13×12.5  | 17×20    | 19×0.25    |          | batch×0.5 us×1.1 | 0.0006199875  |       |
| every kind of token | 2026-11-23 | claude-opus-5              | 1234×5   | 567×25  | 89×6.25  | 1011×10  | 12131×0.5  |          |                  | 0.03707675    |       |
| a batch in the US   | 2026-11-23 | claude-opus-5              | 7×5      | 11×25   | 13×6.25  | 17×10    | 19×0.5     |          | batch×0.5 us×1.1 | 0.0003139125  |       |
| every kind of token | 2026-11-23 | claude-sonnet-5            | 1234×2   | 567×10  | 89×2.5   | 1011×4   | 12131×0.2  |          |                  | 0.0148307     |       |
| a batch in the US   | 2026-11-23 | claude-sonnet-5            | 7×2      | 11×10   | 13×2.5   | 17×4     | 19×0.2     |          | batch×0.5 us×1.1 | 0.000125565   |       |
| every kind of token | 2026-11-23 | claude-fable-5             | 1234×10  | 567×50  | 89×12.5  | 1011×20  | 12131×1    |          |                  | 0.0741535     |       |
| a batch in the US   | 2026-11-23 | claude-fable-5             | 7×10     | 11×50   | 13×12.5  | 17×20    | 19×1       |          | batch×0.5 us×1.1 | 0.000627825   |       |
| every kind of token | 2026-11-23 | claude-mythos-5            | 1234×10  | 567×50  | 89×12.5  | 1011×20  | 12131×1    |          |                  | 0.0741535     |       |
| a batch in the US   | 2026-11-23 | claude-mythos-5            | 7×10     | 11×50   | 13×12.5  | 17×20    | 19×1       |          | batch×0.5 us×1.1 | 0.000627825   |       |
| every kind of token | 2026-11-23 | claude-opus-4-8            | 1234×5   | 567×25  | 89×6.25  | 1011×10  | 12131×0.5  |          |                  | 0.03707675    |       |
| a batch in the US   | 2026-11-23 | claude-opus-4-8            | 7×5      | 11×25   | 13×6.25  | 17×10    | 19×0.5     |          | batch×0.5 us×1.1 | 0.0003139125  |       |
| every kind of token | 2026-11-23 | claude-opus-4-7            | 1234×5   | 567×25  | 89×6.25  | 1011×10  | 12131×0.5  |          |                  | 0.03707675    |       |
| a batch in the US   | 2026-11-23 | claude-opus-4-7            | 7×5      | 11×25   | 13×6.25  | 17×10    | 19×0.5     |          | batch×0.5 us×1.1 | 0.0003139125  |       |
| every kind of token | 2026-11-23 | claude-opus-4-6            | 1234×5   | 567×25  | 89×6.25  | 1011×10  | 12131×0.5  |          |                  | 0.03707675    |       |
| a batch in the US   | 2026-11-23 | claude-opus-4-6            | 7×5      | 11×25   | 13×6.25  | 17×10    | 19×0.5     |          | batch×0.5 us×1.1 | 0.0003139125  |       |
| every kind of token | 2026-11-23 | claude-sonnet-4-6          | 1234×3   | 567×15  | 89×3.75  | 1011×6   | 12131×0.3  |          |                  | 0.02224605    |       |
| a batch in the US   | 2026-11-23 | claude-sonnet-4-6          | 7×3      | 11×15   | 13×3.75  | 17×6     | 19×0.3     |          | batch×0.5 us×1.1 | 0.0001883475  |       |
| every kind of token | 2026-11-23 | claude-opus-4-5-20251101   | 1234×5   | 567×25  | 89×6.25  | 1011×10  | 12131×0.5  |          |                  | 0.03707675    |       |
| a batch             | 2026-11-23 | claude-opus-4-5-20251101   | 7×5      | 11×25   | 13×6.25  | 17×10    | 19×0.5     |          | batch×0.5        | 0.000285375   |       |
| every kind of token | 2026-11-23 | claude-sonnet-4-5-20250929 | 1234×3   | 567×15  | 89×3.75  | 1011×6   | 12131×0.3  |          |                  | 0.02224605    |       |
| a batch             | 2026-11-23 | claude-sonnet-4-5-20250929 | 7×3      | 11×15   | 13×3.75  | 17×6     | 19×0.3     |          | batch×0.5        | 0.000171225   |       |
| every kind of token | 2026-11-23 | claude-haiku-4-5-20251001  | 1234×1   | 567×5   | 89×1.25  | 1011×2   | 12131×0.1  |          |                  | 0.00741535    |       |
| a batch             | 2026-11-23 | claude-haiku-4-5-20251001  | 7×1      | 11×5    | 13×1.25  | 17×2     | 19×0.1     |          | batch×0.5        | 0.000057075   |       |

# Every model that is retired
| case                  | day        | model                      | input     | output    | 5 min     | 1 hour  | read      | searches | factors   | USD         | basis |
| before it was retired | 2025-09-01 | claude-opus-4-1-20250805   | 1000×15   | 2000×75   | 300×18.75 | 400×30  | 5000×1.5  |          |           | 0.190125    |       |
| a batch               | 2025-09-01 | claude-opus-4-1-20250805   | 7×15      | 11×75     | 13×18.75  | 17×30   | 19×1.5    |          | batch×0.5 | 0.000856125 |       |
| before it was retired | 2025-09-01 | claude-opus-4-20250514     | 1000×15   | 2000×75   | 300×18.75 | 400×30  | 5000×1.5  |          |           | 0.190125    |       |
| a batch               | 2025-09-01 | claude-opus-4-20250514     | 7×15      | 11×75     | 13×18.75  | 17×30   | 19×1.5    |          | batch×0.5 | 0.000856125 |       |
| before it was retired | 2025-09-01 | claude-sonnet-4-20250514   | 1000×3    | 2000×15   | 300×3.75  | 400×6   | 5000×0.3  |          |           | 0.038025    |       |
| a batch               | 2025-09-01 | claude-sonnet-4-20250514   | 7×3       | 11×15     | 13×3.75   | 17×6    | 19×0.3    |          | batch×0.5 | 0.000171225 |       |
| before it was retired | 2025-09-01 | claude-3-7-sonnet-20250219 | 1000×3    | 2000×15   | 300×3.75  | 400×6   | 5000×0.3  |          |           | 0.038025    |       |
| a batch               | 2025-09-01 | claude-3-7-sonnet-20250219 | 7×3       | 11×15     | 13×3.75   | 17×6    | 19×0.3    |          | batch×0.5 | 0.000171225 |       |
| before it was retired | 2025-09-01 | claude-3-5-haiku-20241022  | 1000×0.8  | 2000×4    | 300×1     | 400×1.6 | 5000×0.08 |          |           | 0.01014     |       |
| a batch               | 2025-09-01 | claude-3-5-haiku-20241022  | 7×0.8     | 11×4      | 13×1      | 17×1.6  | 19×0.08   |          | batch×0.5 | 0.00004566  |       |
| before it was retired | 2025-09-01 | claude-3-5-sonnet-20241022 | 1000×3    | 2000×15   | 300×3.75  | 400×6   | 5000×0.3  |          |           | 0.038025    |       |
| a batch               | 2025-09-01 | claude-3-5-sonnet-20241022 | 7×3       | 11×15     | 13×3.75   | 17×6    | 19×0.3    |          | batch×0.5 | 0.000171225 |       |
| before it was retired | 2025-09-01 | claude-3-5-sonnet-20240620 | 1000×3    | 2000×15   | 300×3.75  | 400×6   | 5000×0.3  |          |           | 0.038025    |       |
| a batch               | 2025-09-01 | claude-3-5-sonnet-20240620 | 7×3       | 11×15     | 13×3.75   | 17×6    | 19×0.3    |          | batch×0.5 | 0.000171225 |       |
| before it was retired | 2025-09-01 | claude-3-opus-20240229     | 1000×15   | 2000×75   | 300×18.75 | 400×30  | 5000×1.5  |          |           | 0.190125    |       |
| a batch               | 2025-09-01 | claude-3-opus-20240229     | 7×15      | 11×75     | 13×18.75  | 17×30   | 19×1.5    |          | batch×0.5 | 0.000856125 |       |
| before it was retired | 2025-09-01 | claude-3-haiku-20240307    | 1000×0.25 | 2000×1.25 | 300×0.3   | 400×0.5 | 5000×0.03 |          |           | 0.00319     |       |
| a batch               | 2025-09-01 | claude-3-haiku-20240307    | 7×0.25    | 11×1.25   | 13×0.3    | 17×0.5  | 19×0.03   |          | batch×0.5 | 0.000014235 |       |

# Prices change at midnight UTC
| case                                      | day                       | model             | input     | output    | 5 min      | 1 hour   | read        | searches | factors | USD       | basis     |
| the last moment of dearer cache reads     | 2026-10-06T23:59:59.999Z  | claude-sonnet-5-5 | 100×2     | 200×10    | 300×2.5    | 400×4    | 1000000×0.2 |          |         | 0.20455   |           |
| the first moment of cheaper cache reads   | 2026-10-07T00:00:00Z      | claude-sonnet-5-5 | 100×2     | 200×10    | 300×2.5    | 400×4    | 1000000×0.1 |          |         | 0.10455   |           |
| the last day, whatever the hour elsewhere | 2026-10-07T01:59:59+02:00 | claude-sonnet-5-5 | 100×2     | 200×10    | 300×2.5    | 400×4    | 1000000×0.2 |          |         | 0.20455   |           |
| one token short of the surcharge          | 2026-03-12                | claude-opus-4-6   | 150000×5  | 1000×25   | 20000×6.25 | 20000×10 | 9999×0.5    |          |         | 1.1049995 |           |
| at the edge there is none yet             | 2026-03-12                | claude-opus-4-6   | 150000×5  | 1000×25   | 20000×6.25 | 20000×10 | 10000×0.5   |          |         | 1.105     |           |
| one token more costs it for every token   | 2026-03-12                | claude-opus-4-6   | 150000×10 | 1000×37.5 | 20000×12.5 | 20000×20 | 10001×1     |          |         | 2.197501  |           |
| a day later it is gone                    | 2026-03-13                | claude-opus-4-6   | 150000×5  | 1000×25   | 20000×6.25 | 20000×10 | 10001×0.5   |          |         | 1.1050005 |           |
| its first day                             | 2026-02-05                | claude-opus-4-6   | 200001×10 |           |            |          |             |          |         | 2.00001   |           |
| one token short of the surcharge          | 2026-03-12                | claude-sonnet-4-6 | 150000×3  | 1000×15   | 20000×3.75 | 20000×6  | 9999×0.3    |          |         | 0.6629997 |           |
| at the edge there is none yet             | 2026-03-12                | claude-sonnet-4-6 | 150000×3  | 1000×15   | 20000×3.75 | 20000×6  | 10000×0.3   |          |         | 0.663     |           |
| one token more costs it for every token   | 2026-03-12                | claude-sonnet-4-6 | 150000×6  | 1000×22.5 | 20000×7.5  | 20000×12 | 10001×0.6   |          |         | 1.3185006 |           |
| a day later it is gone                    | 2026-03-13                | claude-sonnet-4-6 | 150000×3  | 1000×15   | 20000×3.75 | 20000×6  | 10001×0.3   |          |         | 0.6630003 |           |
| its first day                             | 2026-02-17                | claude-sonnet-4-6 | 200001×6  |           |            |          |             |          |         | 1.200006  |           |
| its first day                             | 2026-11-09                | claude-fable-5-2  | 10×8      | 20×40     |            |          |             |          |         | 0.00088   |           |
| before it was sold, at its first price    | 2026-11-08                | claude-fable-5-2  | 10×8      | 20×40     |            |          |             |          |         | 0.00088   | estimated |

# Long prompts
| case                                           | day        | model                      | input      | output     | 5 min       | 1 hour    | read        | searches | factors          | USD         | basis |
| one token below the edge                       | 2026-11-23 | claude-haiku-5-5           | 99999×0.1  | 1000×0.5   |             |           |             |          |                  | 0.0104999   |       |
| at the edge                                    | 2026-11-23 | claude-haiku-5-5           | 100000×0.1 | 1000×0.5   |             |           |             |          |                  | 0.0105      |       |
| one token more reprices everything, output too | 2026-11-23 | claude-haiku-5-5           | 100001×0.5 | 1000×2.5   |             |           |             |          |                  | 0.0525005   |       |
| all that the prompt is made of, at the edge    | 2026-11-23 | claude-haiku-5-5           | 40000×0.1  | 1000×0.5   | 30000×0.125 | 20000×0.2 | 10000×0.01  |          |                  | 0.01235     |       |
| all that the prompt is made of, one more       | 2026-11-23 | claude-haiku-5-5           | 40000×0.5  | 1000×2.5   | 30000×0.625 | 20000×1   | 10001×0.05  |          |                  | 0.06175005  |       |
| reads alone are a long prompt                  | 2026-11-23 | claude-haiku-5-5           | 1×0.5      | 1000×2.5   |             |           | 100000×0.05 |          |                  | 0.0075005   |       |
| writes alone are a long prompt                 | 2026-11-23 | claude-haiku-5-5           | 1×0.5      | 1000×2.5   | 50000×0.625 | 50000×1   |             |          |                  | 0.0837505   |       |
| output does not make a prompt long             | 2026-11-23 | claude-haiku-5-5           | 100000×0.1 | 128000×0.5 |             |           |             |          |                  | 0.074       |       |
| a long prompt in a batch in the US             | 2026-11-23 | claude-haiku-5-5           | 100001×0.5 | 1000×2.5   |             |           |             |          | batch×0.5 us×1.1 | 0.028875275 |       |
| one token below the edge                       | 2026-11-23 | claude-sonnet-4-5-20250929 | 199999×3   | 1×15       |             |           |             |          |                  | 0.600012    |       |
| at the edge                                    | 2026-11-23 | claude-sonnet-4-5-20250929 | 199997×3   | 1×15       | 1×3.75      | 1×6       | 1×0.3       |          |                  | 0.60001605  |       |
| beyond it                                      | 2026-11-23 | claude-sonnet-4-5-20250929 | 199998×6   | 1×22.5     | 1×7.5       | 1×12      | 1×0.6       |          |                  | 1.2000306   |       |

# Batch, speed and region
| case                                  | day        | model                      | input  | output  | 5 min    | 1 hour | read     | searches | factors          | USD     | basis     |
| a batch costs half                    | 2026-11-23 | claude-opus-5-5            | 1000×4 | 2000×20 | 300×5    | 400×8  | 5000×0.2 |          | batch×0.5        | 0.02485 |           |
| only in the US                        | 2026-11-23 | claude-opus-5-5            | 1000×4 | 2000×20 | 300×5    | 400×8  | 5000×0.2 |          | us×1.1           | 0.05467 |           |
| anywhere                              | 2026-11-23 | claude-opus-5-5            | 1000×4 | 2000×20 | 300×5    | 400×8  | 5000×0.2 |          | global×1         | 0.0497  |           |
| fast                                  | 2026-11-23 | claude-opus-5-5            | 1000×4 | 2000×20 | 300×5    | 400×8  | 5000×0.2 |          | fast×2           | 0.0994  |           |
| fast, only in the US                  | 2026-11-23 | claude-opus-5-5            | 1000×4 | 2000×20 | 300×5    | 400×8  | 5000×0.2 |          | fast×2 us×1.1    | 0.10934 |           |
| fast                                  | 2026-11-23 | claude-opus-5              | 1000×5 | 2000×25 | 300×6.25 | 400×10 | 5000×0.5 |          | fast×2           | 0.12675 |           |
| fast                                  | 2026-11-23 | claude-opus-4-8            | 1000×5 | 2000×25 | 300×6.25 | 400×10 | 5000×0.5 |          | fast×2           | 0.12675 |           |
| fast is served and billed as standard | 2026-11-23 | claude-opus-4-6            | 1000×5 | 2000×25 |          |        |          |          | fast×1           | 0.055   | estimated |
| a batch knows no fast mode            | 2026-11-23 | claude-opus-5-5            | 1000×4 | 2000×20 |          |        |          |          | batch×0.5 fast×1 | 0.022   | estimated |
| a region that nobody knows            | 2026-11-23 | claude-opus-5-5            | 1000×4 | 2000×20 |          |        |          |          | eu×1             | 0.044   | estimated |
| an answer that knows no region        | 2026-11-23 | claude-haiku-4-5-20251001  | 1000×1 | 2000×5  |          |        |          |          | not_available×1  | 0.011   |           |
| a region that the model has not       | 2026-11-23 | claude-haiku-4-5-20251001  | 1000×1 | 2000×5  |          |        |          |          | us×1             | 0.011   | estimated |
| a batch of the default model          | 2026-11-23 | claude-sonnet-4-5-20250929 | 1000×3 | 500×15  |          |        |          |          | batch×0.5        | 0.00525 |           |

# Negotiated factors
| case                             | day        | model           | input  | output  | 5 min | 1 hour | read     | searches | factors                         | USD          | basis |
| 15 % off                         | 2026-11-23 | claude-opus-5-5 | 1000×4 | 2000×20 | 300×5 | 400×8  | 5000×0.2 |          | negotiated×0.85                 | 0.042245     |       |
| a surcharge of four digits       | 2026-11-23 | claude-opus-5-5 | 3×4    |         |       |        |          |          | negotiated×1.2345               | 0.000014814  |       |
| the smallest factor              | 2026-11-23 | claude-opus-5-5 | 1×4    |         |       |        |          |          | negotiated×0.0001               | 0.0000000004 |       |
| the greatest factor              | 2026-11-23 | claude-opus-5-5 | 1000×4 | 2000×20 |       |        |          |          | negotiated×100                  | 4.4          |       |
| free of charge by contract       | 2026-11-23 | claude-opus-5-5 | 1000×4 | 2000×20 | 300×5 | 400×8  | 5000×0.2 | 2×0.01   | negotiated×0                    | 0            |       |
| all factors that a batch has     | 2026-11-23 | claude-opus-5-5 | 1000×4 | 2000×20 | 300×5 | 400×8  | 5000×0.2 |          | batch×0.5 us×1.1 negotiated×0.9 | 0.0246015    |       |
| all factors that a fast call has | 2026-11-23 | claude-opus-5-5 | 1000×4 | 2000×20 | 300×5 | 400×8  | 5000×0.2 |          | fast×2 us×1.1 negotiated×0.9    | 0.098406     |       |

# Web searches
| case                                       | day        | model            | input  | output  | 5 min | 1 hour | read | searches  | factors         | USD    | basis |
| one search                                 | 2026-11-23 | claude-opus-5-5  | 1000×4 | 2000×20 |       |        |      | 1×0.01    |                 | 0.054  |       |
| a thousand searches and nothing else       | 2026-11-23 | claude-haiku-5-5 |        |         |       |        |      | 1000×0.01 |                 | 10     |       |
| searches cost the same in a batch          | 2026-11-23 | claude-opus-5-5  | 1000×4 | 2000×20 |       |        |      | 3×0.01    | batch×0.5       | 0.052  |       |
| searches cost the same in the US, and fast | 2026-11-23 | claude-opus-5-5  | 1000×4 | 2000×20 |       |        |      | 3×0.01    | fast×2 us×1.1   | 0.1268 |       |
| what is negotiated holds for searches      | 2026-11-23 | claude-opus-5-5  | 1000×4 | 2000×20 |       |        |      | 3×0.01    | negotiated×0.85 | 0.0629 |       |

# Small and great amounts
| case                                      | day        | model            | input              | output    | 5 min   | 1 hour  | read      | searches | factors                            | USD                | basis |
| a prompt wholly read from a cache         | 2026-11-23 | claude-opus-5-5  |                    | 10×20     |         |         | 90000×0.2 |          |                                    | 0.0182             |       |
| a prompt wholly written for 5 minutes     | 2026-11-23 | claude-opus-5-5  |                    | 10×20     | 90000×5 |         |           |          |                                    | 0.4502             |       |
| a prompt wholly written for an hour       | 2026-11-23 | claude-opus-5-5  |                    | 10×20     |         | 90000×8 |           |          |                                    | 0.7202             |       |
| nothing                                   | 2026-11-23 | claude-opus-5-5  |                    |           |         |         |           |          |                                    | 0                  |       |
| one token                                 | 2026-11-23 | claude-haiku-5-5 | 1×0.1              |           |         |         |           |          |                                    | 0.0000001          |       |
| one token of a cache                      | 2026-11-23 | claude-haiku-5-5 |                    |           |         |         | 1×0.01    |          |                                    | 0.00000001         |       |
| one token of a cache in a batch in the US | 2026-11-23 | claude-haiku-5-5 |                    |           |         |         | 1×0.01    |          | batch×0.5 us×1.1                   | 0.0000000055       |       |
| the smallest amount that there is         | 2026-11-23 | claude-haiku-5-5 |                    |           |         |         | 1×0.01    |          | batch×0.5 us×1.1 negotiated×0.0001 | 0.00000000000055   |       |
| as much as fits                           | 2026-11-23 | claude-fable-5-2 | 1000000×8          | 128000×40 |         |         |           |          |                                    | 13.12              |       |
| as many tokens as a number counts         | 2026-11-23 | claude-fable-5-2 | 9007199254740991×8 |           |         |         |           |          |                                    | 72057594037.927928 |       |
`;
