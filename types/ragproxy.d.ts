/**
 * The types of ragproxy's API, made of its /openapi.json by `make types`: not to be changed by hand.
 *
 * `paths` is what openapi-fetch and its like take; every schema has its name at the end, too: `import type { Source }`.
 */

export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Alive: the process answers
         * @description For probes: nothing is looked at.
         */
        get: operations["ops_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ready: the records and the index answer. 503 names the part that does not; an upstream away is no reason
         * @description For probes: whether the records and the index answer. 503 names the part that does not.
         */
        get: operations["ops_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prometheus metrics
         * @description In the format of Prometheus.
         */
        get: operations["ops_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sources/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The signed right to read a passage */
                token: string;
            };
            cookie?: never;
        };
        /**
         * A passage in its document: a page, or JSON for who asks for that
         * @description Where the links of sources lead. The link is signed, and good for a while.
         */
        get: operations["sources_show_source"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Send the browser to the issuer
         * @description `next` is the path to come back to.
         */
        get: operations["login_begin"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/login/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Take the browser back from the issuer, and know who it is
         * @description Where the issuer sends the browser back to.
         */
        get: operations["login_finish"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Forget who it is; at the issuer they are logged in as before
         * @description The session ends; at the issuer it goes on.
         */
        post: operations["login_leave"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller behind the bearer, or else the person who has logged in with this browser
         * @description What the bearer is known as and may do, or who has logged in with a browser, which gets a page.
         */
        get: operations["me_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describe this server's API
         * @description This document: OpenAPI 3.1.
         */
        get: operations["reference_show_document"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the reference of this server's API
         * @description This document as a page, where requests can be tried.
         */
        get: operations["reference_show_reference"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List stored chat completions, the oldest first by default
         * @description Completions that were asked for with `store: true` are kept. Needs the scope `chat`.
         */
        get: operations["stored_completions_list_chat_completions"];
        put?: never;
        /**
         * Create a chat completion
         * @description Answers from the documents of the agent that `model` names, with sources. The fields beside OpenAI's own (`rag`, `files`, `lang`, `conversation_id`, `clientModel`) say how. With `stream: true` the answer comes as events, which end with `[DONE]`; one that breaks off ends with an error. Needs the scope `chat`.
         */
        post: operations["chat_create_chat_completion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions/{completion_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a stored chat completion */
                completion_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a stored chat completion
         * @description Completions that were asked for with `store: true` are kept. Needs the scope `chat`.
         */
        get: operations["stored_completions_get_chat_completion"];
        put?: never;
        /**
         * Change the metadata of a stored chat completion
         * @description The metadata given takes the place of what there was; null takes it away. Needs the scope `chat`.
         */
        post: operations["stored_completions_update_chat_completion"];
        /**
         * Delete a stored chat completion
         * @description Completions that were asked for with `store: true` are kept. Needs the scope `chat`.
         */
        delete: operations["stored_completions_delete_chat_completion"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions/{completion_id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a stored chat completion */
                completion_id: string;
            };
            cookie?: never;
        };
        /**
         * List the messages that a stored chat completion answers
         * @description Completions that were asked for with `store: true` are kept. Needs the scope `chat`.
         */
        get: operations["stored_completions_list_chat_completion_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a completion
         * @description Goes on with a `prompt`; with `messages` in its place it is asked as a chat, and answers as one. Needs the scope `chat`.
         */
        post: operations["completions_create_completion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a response
         * @description Answers `input` from the documents that `tools` or the agent name. A response is kept unless `store` is false, and is made in the background with `background: true`. With `stream: true` it comes as events. Needs the scope `chat`.
         */
        post: operations["responses_create_response"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{response_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a response */
                response_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a response
         * @description A response that is being made shows how far it has got; with `stream=true` its events are told, from `starting_after` on. Needs the scope `chat`.
         */
        get: operations["responses_get_response"];
        put?: never;
        post?: never;
        /**
         * Delete a response
         * @description One that is being made is left off. Needs the scope `chat`.
         */
        delete: operations["responses_delete_response"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{response_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a response */
                response_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a response that is made in the background
         * @description What was said by then stays in it. Needs the scope `chat`.
         */
        post: operations["responses_cancel_response"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{response_id}/input_items": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a response */
                response_id: string;
            };
            cookie?: never;
        };
        /**
         * List what a response was asked
         * @description The items of its own `input`, without what came before. Needs the scope `chat`.
         */
        get: operations["responses_list_input_items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/input_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count the tokens of a question
         * @description Counts what a request to POST /v1/responses would send, and asks no model. Needs the scope `chat`.
         */
        post: operations["responses_count_input_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/compact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Compact a conversation
         * @description A model sums up what was said. What comes back is the `input` to go on with; the summary in it is sealed. Needs the scope `chat`.
         */
        post: operations["responses_compact_response"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the conversations of the caller's owner, the newest first (ragproxy's own: OpenAI has no such route)
         * @description Ours: OpenAI has no list of conversations. Needs the scope `chat`.
         */
        get: operations["conversations_list_conversations"];
        put?: never;
        /**
         * Create a conversation, with its first items if there are any
         * @description Chats and responses go on with it by its id. Needs the scope `chat`.
         */
        post: operations["conversations_create_conversation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a conversation */
                conversation_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a conversation
         * @description Its items are a list of their own. Needs the scope `chat`.
         */
        get: operations["conversations_get_conversation"];
        put?: never;
        /**
         * Change the metadata of a conversation
         * @description Null takes all metadata away. Needs the scope `chat`.
         */
        post: operations["conversations_update_conversation"];
        /**
         * Delete a conversation and what was said in it
         * @description Its items go with it. Needs the scope `chat`.
         */
        delete: operations["conversations_delete_conversation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{conversation_id}/items": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a conversation */
                conversation_id: string;
            };
            cookie?: never;
        };
        /**
         * List the items of a conversation, the newest first by default
         * @description `include` shows what is long or seldom wanted, such as the results of searches. Needs the scope `chat`.
         */
        get: operations["conversations_list_conversation_items"];
        put?: never;
        /**
         * Add items to a conversation
         * @description At most 20 at a time; they come back with ids. Needs the scope `chat`.
         */
        post: operations["conversations_create_conversation_items"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{conversation_id}/items/{item_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a conversation */
                conversation_id: string;
                /** @description The id of an item of the conversation */
                item_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve an item of a conversation
         * @description `include` shows what is long or seldom wanted. Needs the scope `chat`.
         */
        get: operations["conversations_get_conversation_item"];
        put?: never;
        post?: never;
        /**
         * Delete an item of a conversation; what is left of the conversation comes back
         * @description What was said after it stays. Needs the scope `chat`.
         */
        delete: operations["conversations_delete_conversation_item"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assistants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the assistants of the caller's owner, the newest first by default
         * @description Agents are among them: an assistant is one. Needs the scope `chat`.
         */
        get: operations["assistants_list_assistants"];
        put?: never;
        /**
         * Create an assistant
         * @description Its vector stores are named in `tool_resources`, or made there of files. Needs the scope `chat`.
         */
        post: operations["assistants_create_assistant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/assistants/{assistant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of an assistant */
                assistant_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve an assistant
         * @description Of an agent, what it works like is shown. Needs the scope `chat`.
         */
        get: operations["assistants_get_assistant"];
        put?: never;
        /**
         * Modify an assistant; what the body does not say stays as it is
         * @description What the body does not say stays as it is. Needs the scope `chat`.
         */
        post: operations["assistants_modify_assistant"];
        /**
         * Delete an assistant; its vector stores stay
         * @description Threads that it answered in stay. Needs the scope `chat`.
         */
        delete: operations["assistants_delete_assistant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a thread, with its first messages if there are any
         * @description Its vector stores are named in `tool_resources`, or made there of files. Needs the scope `chat`.
         */
        post: operations["threads_create_thread"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads/{thread_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a thread */
                thread_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a thread
         * @description Its messages and its runs are lists of their own. Needs the scope `chat`.
         */
        get: operations["threads_get_thread"];
        put?: never;
        /**
         * Change the metadata or the vector stores of a thread
         * @description What the body does not say stays as it is. Needs the scope `chat`.
         */
        post: operations["threads_modify_thread"];
        /**
         * Delete a thread, what was said in it and its runs; its vector stores stay
         * @description A run that is being worked on is left off. Needs the scope `chat`.
         */
        delete: operations["threads_delete_thread"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads/{thread_id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a thread */
                thread_id: string;
            };
            cookie?: never;
        };
        /**
         * List the messages of a thread, the newest first by default
         * @description With `run_id`, those of that run alone. Needs the scope `chat`.
         */
        get: operations["thread_messages_list_messages"];
        put?: never;
        /**
         * Add a message to a thread
         * @description A file among its attachments is put into the thread's vector store when a tool is to search it. Needs the scope `chat`.
         */
        post: operations["thread_messages_create_message"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads/{thread_id}/messages/{message_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a message of the thread */
                message_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a message
         * @description Citations are annotations of its texts. Needs the scope `chat`.
         */
        get: operations["thread_messages_get_message"];
        put?: never;
        /**
         * Change the metadata of a message
         * @description Null takes all metadata away. Needs the scope `chat`.
         */
        post: operations["thread_messages_modify_message"];
        /**
         * Delete a message
         * @description Later runs do not read it. Needs the scope `chat`.
         */
        delete: operations["thread_messages_delete_message"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads/{thread_id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a thread */
                thread_id: string;
            };
            cookie?: never;
        };
        /**
         * List the runs of a thread, the newest first by default
         * @description Those that have ended too. Needs the scope `chat`.
         */
        get: operations["runs_list_runs"];
        put?: never;
        /**
         * Create a run
         * @description With `stream: true` its events are told until it waits or ends; otherwise it comes back queued. Needs the scope `chat`.
         */
        post: operations["runs_create_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a thread and a run in it
         * @description With `stream: true` its events are told until it waits or ends; otherwise it comes back queued. Needs the scope `chat`.
         */
        post: operations["runs_create_thread_and_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads/{thread_id}/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a run
         * @description One whose time is over has expired. Needs the scope `chat`.
         */
        get: operations["runs_get_run"];
        put?: never;
        /**
         * Change the metadata of a run
         * @description Where it stands stays as it is. Needs the scope `chat`.
         */
        post: operations["runs_modify_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads/{thread_id}/runs/{run_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a run; one that is being worked on is `cancelling` until that has been left off
         * @description What was said by then stays in the thread. Needs the scope `chat`.
         */
        post: operations["runs_cancel_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads/{thread_id}/runs/{run_id}/submit_tool_outputs": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what the functions that a run called have given
         * @description All outputs that a run in `requires_action` waits for, at once. With `stream: true` the events that follow are told. Needs the scope `chat`.
         */
        post: operations["runs_submit_tool_outputs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads/{thread_id}/runs/{run_id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
            };
            cookie?: never;
        };
        /**
         * List the steps of a run, the newest first by default
         * @description `include` shows what searches found. Needs the scope `chat`.
         */
        get: operations["runs_list_run_steps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/threads/{thread_id}/runs/{run_id}/steps/{step_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
                /** @description The id of a step of the run */
                step_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a step of a run
         * @description `include` shows what a search found. Needs the scope `chat`.
         */
        get: operations["runs_get_run_step"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create embeddings
         * @description Vectors of an upstream's model, or of the embedder of this server. Needs the scope `embed`.
         */
        post: operations["embeddings_create_embedding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an image
         * @description Passed on to the upstream that serves images. Needs the scope `relay`.
         */
        post: operations["relays_create_image"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images/edits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an image edit
         * @description Passed on to the upstream that serves images. Needs the scope `relay`.
         */
        post: operations["relays_create_image_edit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images/variations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an image variation
         * @description Passed on to the upstream that serves images. Needs the scope `relay`.
         */
        post: operations["relays_create_image_variation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/speech": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create speech
         * @description Passed on to the upstream that serves audio. Needs the scope `relay`.
         */
        post: operations["relays_create_speech"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/transcriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a transcription
         * @description Passed on to the upstream that serves audio. Needs the scope `relay`.
         */
        post: operations["relays_create_transcription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/translations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a translation
         * @description Passed on to the upstream that serves audio. Needs the scope `relay`.
         */
        post: operations["relays_create_translation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a moderation
         * @description Passed on to the upstream that serves moderations. Needs the scope `relay`.
         */
        post: operations["relays_create_moderation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fine_tuning/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your fine-tuning jobs
         * @description The jobs of the caller's owner, the newest first. Needs the scope `relay`.
         */
        get: operations["fine_tuning_list_jobs"];
        put?: never;
        /**
         * Create a fine-tuning job
         * @description Jobs run at the upstream that serves fine-tuning; the files they name are the library's. Needs the scope `relay`.
         */
        post: operations["fine_tuning_create_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fine_tuning/jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a fine-tuning job
         * @description The files that it has made come into the library. Needs the scope `relay`.
         */
        get: operations["fine_tuning_retrieve_job"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fine_tuning/jobs/{job_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a fine-tuning job
         * @description Jobs run at the upstream that serves fine-tuning; the files they name are the library's. Needs the scope `relay`.
         */
        post: operations["fine_tuning_cancel_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fine_tuning/jobs/{job_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a fine-tuning job
         * @description Jobs run at the upstream that serves fine-tuning; the files they name are the library's. Needs the scope `relay`.
         */
        post: operations["fine_tuning_pause_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fine_tuning/jobs/{job_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a fine-tuning job
         * @description Jobs run at the upstream that serves fine-tuning; the files they name are the library's. Needs the scope `relay`.
         */
        post: operations["fine_tuning_resume_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fine_tuning/jobs/{job_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        /**
         * List the events of a fine-tuning job
         * @description Jobs run at the upstream that serves fine-tuning; the files they name are the library's. Needs the scope `relay`.
         */
        get: operations["fine_tuning_list_job_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fine_tuning/jobs/{job_id}/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        /**
         * List the checkpoints of a fine-tuning job
         * @description Jobs run at the upstream that serves fine-tuning; the files they name are the library's. Needs the scope `relay`.
         */
        get: operations["fine_tuning_list_job_checkpoints"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List models
         * @description The agents that the caller may use, aliases, `rag/<store>` and the models of the upstreams.
         */
        get: operations["models_list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What `model` names; it may hold slashes */
                model_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a model
         * @description The name may hold slashes.
         */
        get: operations["models_retrieve_model"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List files
         * @description Those that the caller may read, the newest first by default. Needs the scope `files`.
         */
        get: operations["files_list_files"];
        put?: never;
        /**
         * Upload a file
         * @description A form with the `file` and its `purpose`; `assistants` and `user_data` are for documents. Needs the scope `files`.
         */
        post: operations["files_create_file"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{file_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a file
         * @description What is known of it; its bytes are at `/content`. Needs the scope `files`.
         */
        get: operations["files_retrieve_file"];
        put?: never;
        /**
         * Say which groups may read a file (not part of OpenAI's API)
         * @description Ours: OpenAI has no such route. The groups given take the place of those there were. Needs the scope `files`.
         */
        post: operations["files_share_file"];
        /**
         * Delete a file, from every vector store too
         * @description It is found by no search any more. Needs the scope `files`.
         */
        delete: operations["files_delete_file"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{file_id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a file's content
         * @description Its bytes, as they were sent. `Range` and `If-None-Match` are honoured. Needs the scope `files`.
         */
        get: operations["files_download_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an upload
         * @description Parts may be sent for an hour. Needs the scope `files`.
         */
        post: operations["uploads_create_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{upload_id}/parts": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of an upload */
                upload_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add a part to an upload
         * @description A form with the bytes as `data`. Parts may come in any order. Needs the scope `files`.
         */
        post: operations["uploads_add_upload_part"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{upload_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of an upload */
                upload_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete an upload
         * @description The parts in their order make the file; nothing may be missing. Needs the scope `files`.
         */
        post: operations["uploads_complete_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{upload_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of an upload */
                upload_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an upload
         * @description No part can be added any more. Needs the scope `files`.
         */
        post: operations["uploads_cancel_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List vector stores
         * @description Those that the caller may read. Needs the scope `files`.
         */
        get: operations["vector_stores_list_vector_stores"];
        put?: never;
        /**
         * Create a vector store
         * @description Files named in `file_ids` are indexed after it answers. Needs the scope `files`.
         */
        post: operations["vector_stores_create_vector_store"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a vector store
         * @description Its counts say how far indexing has got. Needs the scope `files`.
         */
        get: operations["vector_stores_get_vector_store"];
        put?: never;
        /**
         * Modify a vector store
         * @description What the body does not say stays as it is. Needs the scope `files`.
         */
        post: operations["vector_stores_modify_vector_store"];
        /**
         * Delete a vector store; its files stay in the library
         * @description What is indexed of it is removed afterwards. Needs the scope `files`.
         */
        delete: operations["vector_stores_delete_vector_store"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}/search": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search a vector store
         * @description Passages by words and by meaning, the best first. With `rewrite_query` a model is asked first. Needs the scope `files`.
         */
        post: operations["vector_stores_search_vector_store"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        /**
         * List the files of a vector store
         * @description With `filter`, of one status alone. Needs the scope `files`.
         */
        get: operations["vector_store_files_list_vector_store_files"];
        put?: never;
        /**
         * Put a file into a vector store
         * @description It is indexed after this answers. Needs the scope `files`.
         */
        post: operations["vector_store_files_create_vector_store_file"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}/files/{file_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a file of a vector store
         * @description `last_error` says why one that failed did. Needs the scope `files`.
         */
        get: operations["vector_store_files_get_vector_store_file"];
        put?: never;
        /**
         * Change the attributes of a file
         * @description The attributes given take the place of those there were; no text is indexed anew. Needs the scope `files`.
         */
        post: operations["vector_store_files_update_vector_store_file"];
        /**
         * Take a file out of a vector store; it stays in the library
         * @description It is found in this store no more. Needs the scope `files`.
         */
        delete: operations["vector_store_files_delete_vector_store_file"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}/files/{file_id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve the text of a file as it was indexed
         * @description A piece a chunk. Needs the scope `files`.
         */
        get: operations["vector_store_files_retrieve_vector_store_file_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}/file_batches": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put files into a vector store
         * @description Either `file_ids`, or `files` with attributes of their own. Needs the scope `files`.
         */
        post: operations["vector_store_file_batches_create_vector_store_file_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}/file_batches/{batch_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a batch */
                batch_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a batch
         * @description Its counts say how far it has got. Needs the scope `files`.
         */
        get: operations["vector_store_file_batches_get_vector_store_file_batch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}/file_batches/{batch_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a batch */
                batch_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel what is left of a batch
         * @description Files that are indexed already stay in the store. Needs the scope `files`.
         */
        post: operations["vector_store_file_batches_cancel_vector_store_file_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}/file_batches/{batch_id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a batch */
                batch_id: string;
            };
            cookie?: never;
        };
        /**
         * List the files of a batch
         * @description With `filter`, of one status alone. Needs the scope `files`.
         */
        get: operations["vector_store_file_batches_list_files_in_vector_store_batch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}/reindex": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve the last reindex of a vector store
         * @description Ours: OpenAI has no such route. `done` and `total` count chunks. Needs the scope `files`.
         */
        get: operations["vector_store_reindex_get_vector_store_reindex"];
        put?: never;
        /**
         * Index a vector store anew; the old index answers until the new one is whole
         * @description Ours: OpenAI has no such route. Its chunks are embedded by the embedder that is configured now. Needs the scope `files`.
         */
        post: operations["vector_store_reindex_reindex_vector_store"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vector_stores/{vector_store_id}/folder_files": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        /**
         * List what a vector store knows of files of folders (not part of OpenAI's API)
         * @description Ours: OpenAI has no such route. A client compares it with its folder. Needs the scope `files`.
         */
        get: operations["folder_files_list_folder_files"];
        put?: never;
        /**
         * Put files of a folder into a vector store; they are indexed when it answers (not part of OpenAI's API)
         * @description Ours: OpenAI has no such route. A form that begins with its `manifest`; the files follow in its order. Needs the scope `files`.
         */
        post: operations["folder_files_put_folder_files"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your batches
         * @description The newest first by default. Needs the scope `chat`.
         */
        get: operations["batches_list_batches"];
        put?: never;
        /**
         * Create a batch of requests
         * @description Every line of the file is a request; its answers come in a file, those that failed in another. Needs the scope `chat`.
         */
        post: operations["batches_create_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{batch_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a batch */
                batch_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a batch
         * @description `output_file_id` is there when it has ended. Needs the scope `chat`.
         */
        get: operations["batches_retrieve_batch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{batch_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a batch */
                batch_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a batch; what is done by then is kept
         * @description It is `cancelling` until the lines in hand are done. Needs the scope `chat`.
         */
        post: operations["batches_cancel_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List agents, of one owner or of all
         * @description With `owner`, those of one project. Needs the scope `admin`.
         */
        get: operations["admin_agents_list_agents"];
        put?: never;
        /**
         * Create an agent
         * @description `model` names it from then on. Needs the scope `admin`.
         */
        post: operations["admin_agents_create_agent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/agents/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What `model` names */
                agent_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve an agent
         * @description `owner` says whose it is. Needs the scope `admin`.
         */
        get: operations["admin_agents_get_agent"];
        put?: never;
        /**
         * Modify an agent; what the body does not say stays as it is
         * @description What the body does not say stays as it is. Null puts back what a new agent has. Needs the scope `admin`.
         */
        post: operations["admin_agents_modify_agent"];
        /**
         * Delete an agent; the built-in one stays
         * @description Its vector stores stay. Needs the scope `admin`.
         */
        delete: operations["admin_agents_delete_agent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys, revoked ones too
         * @description The newest first by default. Needs the scope `admin`.
         */
        get: operations["admin_keys_list_keys"];
        put?: never;
        /**
         * Create an API key; its secret is told in `value`, and never again
         * @description Its secret is not kept, but a digest of it. Needs the scope `admin`.
         */
        post: operations["admin_keys_create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key, which is not its secret */
                key_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve an API key
         * @description Without its secret, which nobody knows. Needs the scope `admin`.
         */
        get: operations["admin_keys_get_key"];
        put?: never;
        /**
         * Modify an API key
         * @description What the body does not say stays as it is. Null takes a limit or a restriction away. Needs the scope `admin`.
         */
        post: operations["admin_keys_modify_key"];
        /**
         * Revoke an API key; it stays in the list
         * @description It is good for nothing at once. Needs the scope `admin`.
         */
        delete: operations["admin_keys_revoke_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/keys/{key_id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key, which is not its secret */
                key_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give an API key a new secret, told in `value`
         * @description The former secret is good for `grace_seconds` more. Needs the scope `admin`.
         */
        post: operations["admin_keys_rotate_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/stores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List vector stores, of one owner or of all
         * @description The newest first by default. Needs the scope `admin`.
         */
        get: operations["admin_stores_list_stores"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/stores/{store_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a vector store of any owner, with its last reindex
         * @description `reindex` is null when none was ever asked for. Needs the scope `admin`.
         */
        get: operations["admin_stores_get_store"];
        put?: never;
        post?: never;
        /**
         * Delete a vector store of any owner; its files stay in the library
         * @description It is found no more at once. Needs the scope `admin`.
         */
        delete: operations["admin_stores_delete_store"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/stores/{store_id}/reindex": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Index a vector store of any owner anew; the old index answers until the new one is whole
         * @description One that waits or runs already is the answer. Needs the scope `admin`.
         */
        post: operations["admin_stores_reindex_store"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/stores/{store_id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
            };
            cookie?: never;
        };
        /**
         * List what a vector store of any owner holds, with what failed and why
         * @description `last_error` says why one failed. Needs the scope `admin`.
         */
        get: operations["admin_stores_list_store_files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/stores/{store_id}/files/{file_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Index a document again that has failed or was cancelled
         * @description One that is well, or waits, stays as it is. Needs the scope `admin`.
         */
        post: operations["admin_stores_retry_store_file"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/stores/{store_id}/files/{file_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a document out of a vector store of any owner; it stays in the library
         * @description It is found no more at once. Needs the scope `admin`.
         */
        delete: operations["admin_stores_delete_store_file"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sum up what requests consumed, as JSON or as CSV
         * @description Sums of requests, tokens, cost and times, by the dimensions asked for. Needs the scope `admin`.
         */
        get: operations["admin_usage_get_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/latency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell how long requests took that did not fail, as percentiles
         * @description By the dimensions asked for, as sums of usage are. Needs the scope `admin`.
         */
        get: operations["admin_usage_get_latency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell how the records, the index and the upstreams are doing, as the process sees it that answers
         * @description No upstream is asked for it. Needs the scope `admin`.
         */
        get: operations["admin_health_get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tell whether this browser is signed in at the admin desk, and how it could be
         * @description For the desk's own page.
         */
        get: operations["admin_session_get_admin_session"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in at the admin desk with a key, or with the login at the issuer
         * @description For the desk's own page; it sets a cookie that opens `/admin` alone.
         */
        post: operations["admin_session_sign_in_at_admin_desk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out of the admin desk
         * @description The browser forgets the cookie.
         */
        post: operations["admin_session_sign_out_of_admin_desk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/deployments/{deployment}/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What `model` names elsewhere */
                deployment: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a chat completion with a deployment
         * @description As POST /v1/chat/completions; the deployment is what `model` names. Needs the scope `chat`.
         */
        post: operations["azure_create_chat_completion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/deployments/{deployment}/completions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What `model` names elsewhere */
                deployment: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a completion with a deployment
         * @description As POST /v1/completions; the deployment is what `model` names. Needs the scope `chat`.
         */
        post: operations["azure_create_completion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/deployments/{deployment}/embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What `model` names elsewhere */
                deployment: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create embeddings with a deployment
         * @description As POST /v1/embeddings; the deployment is what `model` names. Needs the scope `embed`.
         */
        post: operations["azure_create_embedding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List models, at Azure's address
         * @description As GET /v1/models.
         */
        get: operations["azure_list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/models/{model_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description What `model` names; it may hold slashes */
                model_id: string;
            };
            cookie?: never;
        };
        /**
         * Retrieve a model, at Azure's address
         * @description As GET /v1/models/{model_id}.
         */
        get: operations["azure_retrieve_model"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Rag: {
            /** @description false: answer without looking anything up */
            enabled?: boolean | null;
            /** @description Vector stores to search, by id or name */
            stores?: string[] | null;
            /** @description Passages to look up */
            top_k?: number | null;
            /** @description Passages scored lower are left out */
            min_score?: number | null;
            filters?: components["schemas"]["Filter"] | null;
            /** @description How the sources come back */
            sources?: ("annotations" | "field" | "header" | "markdown")[] | null;
            /** @description Whether the answer may be cached */
            cache?: boolean | {
                /** @default 3600 */
                ttl_s?: number;
            } | null;
        };
        ChatRequest: {
            /** @description Goes on with that conversation; `new` begins one */
            conversation_id?: string | null;
            /** @description Answer from these files alone, by id */
            files?: string[] | null;
            /** @description Language of the answer, ISO 639-1 */
            lang?: string | null;
            /** @description Upstream model that writes this answer */
            clientModel?: string | null;
            /** @description How documents are looked up for this answer */
            rag?: components["schemas"]["Rag"] | null;
            model: string;
            messages: components["schemas"]["ChatMessage"][];
            stream?: boolean | null;
            stream_options?: {
                /** @description true: the last chunk tells the usage */
                include_usage?: boolean | null;
                /** @description Changes nothing */
                include_obfuscation?: boolean | null;
            } | null;
            temperature?: number | null;
            top_p?: number | null;
            n?: number | null;
            max_tokens?: number | null;
            max_completion_tokens?: number | null;
            stop?: string | string[] | null;
            presence_penalty?: number | null;
            frequency_penalty?: number | null;
            logit_bias?: {
                [key: string]: number;
            } | null;
            response_format?: components["schemas"]["ChatResponseFormat"] | null;
            logprobs?: boolean | null;
            top_logprobs?: number | null;
            tools?: components["schemas"]["ChatTool"][] | null;
            tool_choice?: components["schemas"]["ChatToolChoice"] | null;
            parallel_tool_calls?: boolean | null;
            functions?: components["schemas"]["ChatFunction"][] | null;
            function_call?: components["schemas"]["ChatFunctionChoice"] | null;
            seed?: number | null;
            user?: string | null;
            service_tier?: string | null;
            store?: boolean | null;
            metadata?: {
                [key: string]: string;
            } | null;
            /** @description In what the upstream's model answers */
            modalities?: ("text" | "audio")[] | null;
            /** @description The voice and the format of a spoken answer */
            audio?: {
                [key: string]: unknown;
            } | null;
            /** @description What most of the answer is known to be */
            prediction?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description How much the upstream's model thinks
             * @enum {string|null}
             */
            reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
            /**
             * @description How much it says
             * @enum {string|null}
             */
            verbosity?: "low" | "medium" | "high" | null;
            /** @description The end user, so that the upstream knows one from the other */
            safety_identifier?: string | null;
            /** @description How the upstream searches the web */
            web_search_options?: {
                [key: string]: unknown;
            };
            /** @description How the upstream judges what is asked and answered */
            moderation?: {
                [key: string]: unknown;
            } | null;
            /** @description Requests with the same are cached together by the upstream */
            prompt_cache_key?: string | null;
            /** @description How the upstream caches the prompt */
            prompt_cache_options?: {
                [key: string]: unknown;
            } | null;
            /** @description How long the upstream caches the prompt */
            prompt_cache_retention?: string | null;
        };
        CompletionChange: {
            metadata?: {
                [key: string]: string;
            } | null;
        };
        CompletionOrChat: {
            /** @description Goes on with that conversation; `new` begins one */
            conversation_id?: string | null;
            /** @description Answer from these files alone, by id */
            files?: string[] | null;
            /** @description Language of the answer, ISO 639-1 */
            lang?: string | null;
            /** @description Upstream model that writes this answer */
            clientModel?: string | null;
            /** @description How documents are looked up for this answer */
            rag?: components["schemas"]["Rag"] | null;
            model: string;
            /** @description a string, an array of strings, an array of tokens or an array of arrays of tokens */
            prompt?: string | string[] | number[] | number[][];
            stream?: boolean | null;
            stream_options?: {
                /** @description true: the last chunk tells the usage */
                include_usage?: boolean | null;
                /** @description Changes nothing */
                include_obfuscation?: boolean | null;
            } | null;
            suffix?: string | null;
            max_tokens?: number | null;
            temperature?: number | null;
            top_p?: number | null;
            n?: number | null;
            logprobs?: number | null;
            echo?: boolean | null;
            stop?: string | string[] | null;
            presence_penalty?: number | null;
            frequency_penalty?: number | null;
            best_of?: number | null;
            logit_bias?: {
                [key: string]: number;
            } | null;
            user?: string | null;
            seed?: number | null;
            /** @description Instead of prompt: ask an agent */
            messages?: components["schemas"]["ChatMessage"][] | null;
        };
        ResponseRequest: {
            /** @description Goes on with that conversation; `new` begins one */
            conversation_id?: string | null;
            /** @description Answer from these files alone, by id */
            files?: string[] | null;
            /** @description Language of the answer, ISO 639-1 */
            lang?: string | null;
            /** @description Upstream model that writes this answer */
            clientModel?: string | null;
            /** @description How documents are looked up for this answer */
            rag?: components["schemas"]["Rag"] | null;
            model: string;
            instructions?: string | null;
            /** @description The response that this one goes on from */
            previous_response_id?: string | null;
            conversation?: string | {
                id: string;
            } | null;
            parallel_tool_calls?: boolean | null;
            reasoning?: {
                /** @enum {string|null} */
                effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
                /** @enum {string|null} */
                summary?: "auto" | "concise" | "detailed" | null;
                /**
                 * @description The same as `summary`, which took its place
                 * @enum {string|null}
                 */
                generate_summary?: "auto" | "concise" | "detailed" | null;
                /** @description Changes nothing */
                mode?: string | null;
                /** @description Changes nothing */
                context?: string | null;
            } | null;
            text?: {
                format?: components["schemas"]["ResponseTextFormat"];
                /** @enum {string|null} */
                verbosity?: "low" | "medium" | "high" | null;
            } | null;
            tool_choice?: components["schemas"]["ResponseToolChoice"] | null;
            tools?: components["schemas"]["ResponseTool"][] | null;
            /** @enum {string|null} */
            truncation?: "auto" | "disabled" | null;
            max_tool_calls?: number | null;
            input: string | components["schemas"]["InputItem"][];
            background?: boolean | null;
            include?: ("file_search_call.results" | "web_search_call.results" | "web_search_call.action.sources" | "message.input_image.image_url" | "computer_call_output.output.image_url" | "code_interpreter_call.outputs" | "reasoning.encrypted_content" | "message.output_text.logprobs")[] | null;
            max_output_tokens?: number | null;
            metadata?: {
                [key: string]: string;
            } | null;
            store?: boolean | null;
            stream?: boolean | null;
            stream_options?: {
                include_obfuscation?: boolean;
            } | null;
            temperature?: number | null;
            top_p?: number | null;
            top_logprobs?: number | null;
            user?: string | null;
            safety_identifier?: string | null;
            prompt_cache_key?: string | null;
            prompt_cache_retention?: string | null;
            /** @enum {string|null} */
            service_tier?: "auto" | "default" | "flex" | "scale" | "priority" | "fast" | "ultrafast" | null;
            stop?: string | string[] | null;
            seed?: number | null;
            presence_penalty?: number | null;
            frequency_penalty?: number | null;
            logit_bias?: {
                [key: string]: number;
            } | null;
            /** @description How the upstream caches the prompt */
            prompt_cache_options?: {
                [key: string]: unknown;
            } | null;
            /** @description How the upstream judges what is asked and answered */
            moderation?: {
                [key: string]: unknown;
            } | null;
            /** @description Changes nothing: POST /v1/responses/compact makes a history short */
            context_management?: {
                [key: string]: unknown;
            }[] | null;
        };
        TokenCount: {
            /** @description Goes on with that conversation; `new` begins one */
            conversation_id?: string | null;
            /** @description Answer from these files alone, by id */
            files?: string[] | null;
            /** @description Language of the answer, ISO 639-1 */
            lang?: string | null;
            /** @description Upstream model that writes this answer */
            clientModel?: string | null;
            /** @description How documents are looked up for this answer */
            rag?: components["schemas"]["Rag"] | null;
            model?: string | null;
            instructions?: string | null;
            /** @description The response that this one goes on from */
            previous_response_id?: string | null;
            conversation?: string | {
                id: string;
            } | null;
            parallel_tool_calls?: boolean | null;
            reasoning?: {
                /** @enum {string|null} */
                effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
                /** @enum {string|null} */
                summary?: "auto" | "concise" | "detailed" | null;
                /**
                 * @description The same as `summary`, which took its place
                 * @enum {string|null}
                 */
                generate_summary?: "auto" | "concise" | "detailed" | null;
                /** @description Changes nothing */
                mode?: string | null;
                /** @description Changes nothing */
                context?: string | null;
            } | null;
            text?: {
                format?: components["schemas"]["ResponseTextFormat"];
                /** @enum {string|null} */
                verbosity?: "low" | "medium" | "high" | null;
            } | null;
            tool_choice?: components["schemas"]["ResponseToolChoice"] | null;
            tools?: components["schemas"]["ResponseTool"][] | null;
            /** @enum {string|null} */
            truncation?: "auto" | "disabled" | null;
            max_tool_calls?: number | null;
            input?: string | components["schemas"]["InputItem"][] | null;
            /** @description Changes nothing */
            personality?: string;
        };
        Compact: {
            /** @description Goes on with that conversation; `new` begins one */
            conversation_id?: string | null;
            /** @description Answer from these files alone, by id */
            files?: string[] | null;
            /** @description Language of the answer, ISO 639-1 */
            lang?: string | null;
            /** @description Upstream model that writes this answer */
            clientModel?: string | null;
            /** @description How documents are looked up for this answer */
            rag?: components["schemas"]["Rag"] | null;
            model: string;
            input?: string | components["schemas"]["InputItem"][] | null;
            instructions?: string | null;
            previous_response_id?: string | null;
            /** @description Changes nothing */
            prompt_cache_key?: string | null;
            /** @description Changes nothing */
            prompt_cache_options?: {
                [key: string]: unknown;
            } | null;
            /** @description Changes nothing */
            prompt_cache_retention?: string | null;
            /** @description Changes nothing */
            service_tier?: string | null;
        };
        ConversationRequest: {
            items?: components["schemas"]["NewItem"][] | null;
            metadata?: {
                [key: string]: string;
            } | null;
        };
        ConversationChange: {
            metadata?: {
                [key: string]: string;
            } | null;
        };
        NewItems: {
            items: components["schemas"]["NewItem"][];
        };
        StaticChunking: {
            max_chunk_size_tokens: number;
            /** @description At most half of max_chunk_size_tokens */
            chunk_overlap_tokens: number;
        };
        Chunking: {
            /** @enum {string} */
            type: "auto" | "static";
            static?: components["schemas"]["StaticChunking"] | null;
        };
        NewStore: {
            file_ids?: string[] | null;
            chunking_strategy?: components["schemas"]["Chunking"] | null;
            metadata?: {
                [key: string]: string;
            } | null;
        };
        Searched: {
            vector_store_ids?: string[] | null;
            vector_stores?: components["schemas"]["NewStore"][] | null;
        };
        Interpreter: {
            file_ids?: string[] | null;
        };
        ToolResources: {
            file_search?: components["schemas"]["Searched"] | null;
            code_interpreter?: components["schemas"]["Interpreter"] | null;
        };
        AssistantRequest: {
            model: string;
            name?: string | null;
            description?: string | null;
            instructions?: string | null;
            tools?: components["schemas"]["AssistantTool"][] | null;
            tool_resources?: components["schemas"]["ToolResources"] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            temperature?: number | null;
            top_p?: number | null;
            response_format?: components["schemas"]["AssistantFormat"] | null;
            /** @enum {string|null} */
            reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
        };
        AssistantChange: {
            model?: string | null;
            name?: string | null;
            description?: string | null;
            instructions?: string | null;
            tools?: components["schemas"]["AssistantTool"][] | null;
            tool_resources?: components["schemas"]["ToolResources"] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            temperature?: number | null;
            top_p?: number | null;
            response_format?: components["schemas"]["AssistantFormat"] | null;
            /** @enum {string|null} */
            reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
        };
        MessageAttachment: {
            file_id: string;
            tools?: components["schemas"]["AttachmentTool"][] | null;
        };
        NewMessage: {
            /** @enum {string} */
            role: "user" | "assistant";
            content: string | components["schemas"]["NewMessagePart"][];
            attachments?: components["schemas"]["MessageAttachment"][] | null;
            metadata?: {
                [key: string]: string;
            } | null;
        };
        ThreadRequest: {
            messages?: components["schemas"]["NewMessage"][] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            tool_resources?: components["schemas"]["ToolResources"] | null;
        };
        ThreadChange: {
            metadata?: {
                [key: string]: string;
            } | null;
            tool_resources?: components["schemas"]["ToolResources"] | null;
        };
        MessageChange: {
            metadata?: {
                [key: string]: string;
            } | null;
        };
        NewRun: {
            assistant_id: string;
            model?: string | null;
            instructions?: string | null;
            tools?: components["schemas"]["AssistantTool"][] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            temperature?: number | null;
            top_p?: number | null;
            stream?: boolean | null;
            max_prompt_tokens?: number | null;
            max_completion_tokens?: number | null;
            truncation_strategy?: {
                /** @enum {string} */
                type?: "auto" | "last_messages";
                last_messages?: number | null;
            } | null;
            tool_choice?: components["schemas"]["RunToolChoice"] | null;
            parallel_tool_calls?: boolean | null;
            response_format?: components["schemas"]["AssistantFormat"] | null;
            /** @enum {string|null} */
            reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
            additional_instructions?: string | null;
            additional_messages?: components["schemas"]["NewMessage"][] | null;
        };
        ThreadAndRun: {
            assistant_id: string;
            model?: string | null;
            instructions?: string | null;
            tools?: components["schemas"]["AssistantTool"][] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            temperature?: number | null;
            top_p?: number | null;
            stream?: boolean | null;
            max_prompt_tokens?: number | null;
            max_completion_tokens?: number | null;
            truncation_strategy?: {
                /** @enum {string} */
                type?: "auto" | "last_messages";
                last_messages?: number | null;
            } | null;
            tool_choice?: components["schemas"]["RunToolChoice"] | null;
            parallel_tool_calls?: boolean | null;
            response_format?: components["schemas"]["AssistantFormat"] | null;
            /** @enum {string|null} */
            reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
            thread?: components["schemas"]["ThreadRequest"] | null;
            tool_resources?: components["schemas"]["ToolResources"] | null;
        };
        RunMetadata: {
            metadata?: {
                [key: string]: string;
            } | null;
        };
        ToolOutput: {
            tool_call_id?: string | null;
            output?: string | null;
        };
        ToolOutputs: {
            tool_outputs: components["schemas"]["ToolOutput"][];
            stream?: boolean | null;
        };
        EmbeddingRequest: {
            model: string;
            /** @description a string, an array of strings, an array of tokens or an array of arrays of tokens */
            input: string | string[] | number[] | number[][];
            dimensions?: number | null;
            /** @enum {string|null} */
            encoding_format?: "float" | "base64" | null;
            user?: string | null;
        };
        FineTuningRequest: {
            /** @description The upstream's model to start from */
            model: string;
            /** @description The id of a file of the library */
            training_file: string;
            /** @description The id of a file of the library */
            validation_file?: string | null;
            /** @description Deprecated by OpenAI: `method` has them */
            hyperparameters?: {
                [key: string]: unknown;
            };
            /** @description How the model is tuned */
            method?: {
                [key: string]: unknown;
            };
            integrations?: {
                [key: string]: unknown;
            }[] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            seed?: number | null;
            /** @description Part of the name of the tuned model */
            suffix?: string | null;
        };
        Sharing: {
            /** @description Who may read it, beside the administrator of its owner; none: all of its owner's callers */
            groups: string[];
        };
        FileExpiry: {
            /** @enum {string} */
            anchor: "created_at";
            /** @description From one hour to 30 days */
            seconds: number;
        };
        UploadRequest: {
            filename: string;
            /** @enum {string} */
            purpose: "assistants" | "batch" | "fine-tune" | "vision" | "user_data" | "evals";
            /** @description Size of the whole file */
            bytes: number;
            mime_type: string;
            expires_after?: components["schemas"]["FileExpiry"] | null;
        };
        UploadEnd: {
            part_ids: string[];
            /** @description Of the whole file, in hexadecimal */
            md5?: string | null;
        };
        StoreExpiry: {
            /** @enum {string} */
            anchor: "last_active_at";
            days: number;
        };
        StoreRequest: {
            name?: string | null;
            description?: string | null;
            file_ids?: string[] | null;
            chunking_strategy?: components["schemas"]["Chunking"] | null;
            expires_after?: components["schemas"]["StoreExpiry"] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            /** @description Who may read it, beside the administrator of its owner; none: all of its owner's callers */
            groups?: string[] | null;
        };
        StoreChange: {
            name?: string | null;
            expires_after?: components["schemas"]["StoreExpiry"] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            /** @description Who may read it, beside the administrator of its owner; none: all of its owner's callers */
            groups?: string[] | null;
        };
        Ranking: {
            /** @enum {string|null} */
            ranker?: "none" | "auto" | "default-2024-11-15" | null;
            score_threshold?: number | null;
        };
        SearchRequest: {
            query: string | string[];
            /** @description 10 by default */
            max_num_results?: number | null;
            filters?: components["schemas"]["Filter"] | null;
            ranking_options?: components["schemas"]["Ranking"] | null;
            /** @description true: the model may put the query into words that are found better */
            rewrite_query?: boolean | null;
        };
        Attachment: {
            file_id: string;
            attributes?: {
                [key: string]: string | number | boolean;
            } | null;
            chunking_strategy?: components["schemas"]["Chunking"] | null;
        };
        AttributesChange: {
            attributes: {
                [key: string]: string | number | boolean;
            } | null;
        };
        BatchRequest: {
            file_ids?: string[] | null;
            files?: components["schemas"]["Attachment"][] | null;
            attributes?: {
                [key: string]: string | number | boolean;
            } | null;
            chunking_strategy?: components["schemas"]["Chunking"] | null;
        };
        BatchJobRequest: {
            /** @description A file of requests, uploaded with the purpose `batch` */
            input_file_id: string;
            /**
             * @description What every line of the file asks
             * @enum {string}
             */
            endpoint: "/v1/chat/completions" | "/v1/completions" | "/v1/embeddings" | "/v1/responses" | "/v1/moderations";
            /** @enum {string} */
            completion_window: "24h";
            metadata?: {
                [key: string]: string;
            } | null;
            output_expires_after?: components["schemas"]["FileExpiry"] | null;
        };
        Params: {
            temperature?: number | null;
            top_p?: number | null;
            n?: number | null;
            max_tokens?: number | null;
            max_completion_tokens?: number | null;
            stop?: string | string[] | null;
            presence_penalty?: number | null;
            frequency_penalty?: number | null;
            logit_bias?: {
                [key: string]: number;
            } | null;
            response_format?: components["schemas"]["ChatResponseFormat"] | null;
            logprobs?: boolean | null;
            top_logprobs?: number | null;
            tools?: components["schemas"]["ChatTool"][] | null;
            tool_choice?: components["schemas"]["ChatToolChoice"] | null;
            parallel_tool_calls?: boolean | null;
            functions?: components["schemas"]["ChatFunction"][] | null;
            function_call?: components["schemas"]["ChatFunctionChoice"] | null;
            seed?: number | null;
            user?: string | null;
            service_tier?: string | null;
            store?: boolean | null;
            metadata?: {
                [key: string]: string;
            } | null;
        };
        Retrieval: {
            /** @description Passages to look up */
            top_k?: number | null;
            /** @description Passages scored lower are left out */
            min_score?: number | null;
            filters?: components["schemas"]["Filter"] | null;
            /** @description How the sources come back */
            sources?: ("annotations" | "field" | "header" | "markdown")[] | null;
            /** @description Seconds for which answers may be kept; 0: not at all */
            cache_ttl_s?: number | null;
        };
        Allowance: {
            /**
             * @description month by default
             * @enum {string|null}
             */
            period?: "day" | "month" | null;
            requests?: number | null;
            /** @description US dollars */
            usd?: number | null;
        };
        AgentRequest: {
            /** @description The project it belongs to, `*` for the server itself */
            owner?: string | null;
            /** @description What people call it; its id by default */
            name?: string | null;
            description?: string | null;
            /** @description The prompt */
            instructions?: string | null;
            /** @description What it reads, by id or name; `default` by default */
            vector_stores?: string[] | null;
            /** @description The upstream model that writes; the server's by default */
            model?: string | null;
            /** @description Defaults, such as temperature */
            params?: components["schemas"]["Params"] | null;
            /** @description Language of its answers, ISO 639-1 */
            lang?: string | null;
            retrieval?: components["schemas"]["Retrieval"] | null;
            /**
             * @description Who may use it
             * @enum {string|null}
             */
            visibility?: "private" | "groups" | "public" | null;
            /** @description Whose members may use it */
            groups?: string[] | null;
            allowance?: components["schemas"]["Allowance"] | null;
            tools?: components["schemas"]["AssistantTool"][] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            /** @description What `model` names: letters, digits, . _ - */
            id: string;
        };
        AgentChange: {
            /** @description The project it belongs to, `*` for the server itself */
            owner?: string | null;
            /** @description What people call it; its id by default */
            name?: string | null;
            description?: string | null;
            /** @description The prompt */
            instructions?: string | null;
            /** @description What it reads, by id or name; `default` by default */
            vector_stores?: string[] | null;
            /** @description The upstream model that writes; the server's by default */
            model?: string | null;
            /** @description Defaults, such as temperature */
            params?: components["schemas"]["Params"] | null;
            /** @description Language of its answers, ISO 639-1 */
            lang?: string | null;
            retrieval?: components["schemas"]["Retrieval"] | null;
            /**
             * @description Who may use it
             * @enum {string|null}
             */
            visibility?: "private" | "groups" | "public" | null;
            /** @description Whose members may use it */
            groups?: string[] | null;
            allowance?: components["schemas"]["Allowance"] | null;
            tools?: components["schemas"]["AssistantTool"][] | null;
            metadata?: {
                [key: string]: string;
            } | null;
        };
        Limits: {
            /** @description Requests in any 60 seconds */
            requests_per_minute?: number | null;
            /** @description Tokens of prompts and completions in any 60 seconds */
            tokens_per_minute?: number | null;
        };
        Budget: {
            /** @description US dollars */
            usd?: number | null;
            /** @enum {string} */
            period: "day" | "month";
        };
        KeyRequest: {
            /** @description What the key is for */
            name: string;
            /** @description Kinds of routes it may use */
            scopes?: ("chat" | "embed" | "files" | "relay" | "admin")[] | null;
            /** @description Groups it is in */
            groups?: string[] | null;
            /** @description Names that `model` may hold, `*` for anything; null: all */
            models?: string[] | null;
            /** @description Vector stores it may use, by id or name; null: all of its owner */
            vector_stores?: string[] | null;
            limits?: components["schemas"]["Limits"] | null;
            /** @description Limits of single models, beside those of the key */
            model_limits?: {
                [key: string]: {
                    requests_per_minute?: number | null;
                    tokens_per_minute?: number | null;
                };
            } | null;
            budget?: components["schemas"]["Budget"] | null;
            /** @description When it ends, in epoch seconds; null: never */
            expires_at?: number | null;
            /** @description The project whose files and stores it uses; `default` by default */
            owner?: string | null;
        };
        KeyChange: {
            /** @description What the key is for */
            name?: string | null;
            /** @description Kinds of routes it may use */
            scopes?: ("chat" | "embed" | "files" | "relay" | "admin")[] | null;
            /** @description Groups it is in */
            groups?: string[] | null;
            /** @description Names that `model` may hold, `*` for anything; null: all */
            models?: string[] | null;
            /** @description Vector stores it may use, by id or name; null: all of its owner */
            vector_stores?: string[] | null;
            limits?: components["schemas"]["Limits"] | null;
            /** @description Limits of single models, beside those of the key */
            model_limits?: {
                [key: string]: {
                    requests_per_minute?: number | null;
                    tokens_per_minute?: number | null;
                };
            } | null;
            budget?: components["schemas"]["Budget"] | null;
            /** @description When it ends, in epoch seconds; null: never */
            expires_at?: number | null;
        };
        Rotation: {
            /** @description How long the former secret is still good; 0 by default */
            grace_seconds?: number | null;
        };
        SignIn: {
            /** @description The admin key, or a key with the scope `admin`; without one, whoever has logged in at the issuer */
            key?: string | null;
        };
        /** @description Text */
        TextPart: {
            /** @constant */
            type: "text";
            text: string;
        };
        /** @description An image, which the upstream's model looks at */
        ImagePart: {
            /** @constant */
            type: "image_url";
            image_url: {
                /** @description Or a `data:` URL */
                url: string;
                /** @enum {string} */
                detail?: "auto" | "low" | "high";
            };
        };
        /** @description Sound, which the upstream's model listens to */
        AudioPart: {
            /** @constant */
            type: "input_audio";
            input_audio: {
                /** @description In base64 */
                data: string;
                format: string;
            };
        };
        /** @description A file, which the upstream's model reads */
        FilePart: {
            /** @constant */
            type: "file";
            file: {
                file_id?: string;
                file_data?: string;
                filename?: string;
            };
        };
        /** @description What the model said when it would not answer */
        RefusalPart: {
            /** @constant */
            type: "refusal";
            refusal: string;
        };
        ContentPart: components["schemas"]["TextPart"] | components["schemas"]["ImagePart"] | components["schemas"]["AudioPart"] | components["schemas"]["FilePart"];
        /** @description What the model is told to do */
        DeveloperMessage: {
            /** @constant */
            role: "developer";
            content: string | components["schemas"]["TextPart"][];
            name?: string;
        };
        /** @description What the model is told to do */
        SystemMessage: {
            /** @constant */
            role: "system";
            content: string | components["schemas"]["TextPart"][];
            name?: string;
        };
        /** @description What the user says; the last one is what documents are searched for */
        UserMessage: {
            /** @constant */
            role: "user";
            content: string | components["schemas"]["ContentPart"][];
            name?: string;
        };
        /** @description What the model said */
        AssistantMessage: {
            /** @constant */
            role: "assistant";
            /** @description Needed without `tool_calls`, `function_call`, `refusal` and `audio` */
            content?: string | (components["schemas"]["TextPart"] | components["schemas"]["RefusalPart"])[] | null;
            refusal?: string | null;
            name?: string;
            audio?: {
                id: string;
            } | null;
            tool_calls?: (components["schemas"]["FunctionCall"] | components["schemas"]["CustomCall"])[];
            function_call?: {
                name: string;
                arguments: string;
            } | null;
        };
        /** @description What a call came to */
        ToolMessage: {
            /** @constant */
            role: "tool";
            content: string | components["schemas"]["TextPart"][];
            /** @description The call that it answers */
            tool_call_id: string;
        };
        /** @description What a call of a function came to, as it was told before there were tools */
        FunctionMessage: {
            /** @constant */
            role: "function";
            content: string | null;
            name: string;
        };
        ChatMessage: components["schemas"]["DeveloperMessage"] | components["schemas"]["SystemMessage"] | components["schemas"]["UserMessage"] | components["schemas"]["AssistantMessage"] | components["schemas"]["ToolMessage"] | components["schemas"]["FunctionMessage"];
        /** @description A function of the caller's */
        ChatFunction: {
            name: string;
            description?: string | null;
            /** @description A JSON schema */
            parameters?: {
                [key: string]: unknown;
            } | null;
            strict?: boolean | null;
        };
        ChatFunctionTool: {
            /** @constant */
            type: "function";
            function: components["schemas"]["ChatFunction"];
        };
        /** @description A tool of the caller's that takes a text */
        ChatCustomTool: {
            /** @constant */
            type: "custom";
            custom: {
                name: string;
                description?: string;
                format?: components["schemas"]["ChatCustomFormat"];
            };
        };
        ChatCustomFormat: {
            /** @constant */
            type: "text";
        } | {
            /** @constant */
            type: "grammar";
            grammar: {
                definition: string;
                /** @enum {string} */
                syntax: "lark" | "regex";
            };
        };
        /** @description A tool that the model may call; tools of other types are the upstream's affair */
        ChatTool: components["schemas"]["ChatFunctionTool"] | components["schemas"]["ChatCustomTool"];
        ChatToolChoice: ("none" | "auto" | "required") | {
            /** @constant */
            type: "function";
            function: {
                name: string;
            };
        } | {
            /** @constant */
            type: "custom";
            custom: {
                name: string;
            };
        } | {
            /** @constant */
            type: "allowed_tools";
            allowed_tools: {
                /** @enum {string} */
                mode: "auto" | "required";
                tools: {
                    [key: string]: unknown;
                }[];
            };
        };
        ChatFunctionChoice: ("none" | "auto") | {
            name: string;
        };
        ChatResponseFormat: {
            /** @constant */
            type: "text";
        } | {
            /** @constant */
            type: "json_object";
        } | {
            /** @constant */
            type: "json_schema";
            json_schema: {
                name: string;
                description?: string | null;
                strict?: boolean | null;
                /** @description A JSON schema */
                schema?: {
                    [key: string]: unknown;
                };
            };
        };
        ResponseTextFormat: {
            /** @constant */
            type: "text";
        } | {
            /** @constant */
            type: "json_object";
        } | {
            /** @constant */
            type: "json_schema";
            name: string;
            description?: string | null;
            strict?: boolean | null;
            /** @description A JSON schema */
            schema: {
                [key: string]: unknown;
            };
        };
        /** @description Search these vector stores */
        ResponseSearchTool: {
            /** @constant */
            type: "file_search";
            vector_store_ids: string[];
            max_num_results?: number | null;
            /** @description Which files are searched, by their attributes */
            filters?: components["schemas"]["Filter"] | null;
            ranking_options?: {
                ranker?: string;
                score_threshold?: number;
            } | null;
        };
        /** @description A function of the caller's */
        ResponseFunctionTool: {
            /** @constant */
            type: "function";
            name: string;
            description?: string | null;
            /** @description A JSON schema */
            parameters?: {
                [key: string]: unknown;
            } | null;
            strict?: boolean | null;
        };
        CustomFormat: {
            /** @constant */
            type: "text";
        } | {
            /** @constant */
            type: "grammar";
            definition: string;
            /** @enum {string} */
            syntax: "lark" | "regex";
        };
        /** @description A tool of the caller's that takes a text */
        ResponseCustomTool: {
            /** @constant */
            type: "custom";
            name: string;
            description?: string | null;
            format?: components["schemas"]["CustomFormat"];
        };
        /** @description A function of the caller's, as a response repeats it */
        ShownFunctionTool: {
            /** @constant */
            type: "function";
            name: string;
            description: string | null;
            parameters: {
                [key: string]: unknown;
            } | null;
            strict: boolean | null;
        };
        ShownTool: components["schemas"]["ResponseSearchTool"] | components["schemas"]["ShownFunctionTool"] | components["schemas"]["ResponseCustomTool"];
        ResponseTool: components["schemas"]["ResponseSearchTool"] | components["schemas"]["ResponseFunctionTool"] | components["schemas"]["ResponseCustomTool"];
        ResponseToolChoice: ("none" | "auto" | "required") | {
            /** @constant */
            type: "file_search";
        } | {
            /** @enum {string} */
            type: "function" | "custom";
            name: string;
        } | {
            /** @constant */
            type: "allowed_tools";
            /** @enum {string} */
            mode: "auto" | "required";
            tools: {
                [key: string]: unknown;
            }[];
        };
        /** @description Text */
        InputText: {
            /** @constant */
            type: "input_text";
            text: string;
        };
        /** @description An image, which the upstream's model looks at */
        InputImage: {
            /** @constant */
            type: "input_image";
            /** @description Or a `data:` URL */
            image_url?: string | null;
            file_id?: string | null;
            detail?: string | null;
        };
        /** @description A file, which the upstream's model reads */
        InputFile: {
            /** @constant */
            type: "input_file";
            file_id?: string | null;
            /** @description In base64 */
            file_data?: string | null;
            filename?: string | null;
        };
        /** @description What a model said before */
        SaidText: {
            /** @constant */
            type: "output_text";
            text: string;
        };
        /** @description What was said */
        InputMessage: {
            /** @constant */
            type?: "message";
            /** @enum {string} */
            role: "user" | "assistant" | "system" | "developer";
            content: string | (components["schemas"]["InputText"] | components["schemas"]["InputImage"] | components["schemas"]["InputFile"] | components["schemas"]["SaidText"] | components["schemas"]["Refusal"])[];
        };
        /** @description What a call came to */
        CallOutput: {
            /** @enum {string} */
            type: "function_call_output" | "custom_tool_call_output";
            /** @description The call that it answers */
            call_id: string;
            output: string | (components["schemas"]["InputText"] | components["schemas"]["InputImage"] | components["schemas"]["InputFile"])[];
        };
        /** @description An item of an earlier response, as it came */
        EarlierItem: {
            /** @enum {string} */
            type: "function_call" | "file_search_call" | "web_search_call" | "image_generation_call" | "computer_call" | "computer_call_output" | "tool_search_call" | "tool_search_output" | "additional_tools" | "configuration_update" | "reasoning" | "program" | "program_output" | "compaction" | "code_interpreter_call" | "local_shell_call" | "local_shell_call_output" | "shell_call" | "shell_call_output" | "apply_patch_call" | "apply_patch_call_output" | "mcp_list_tools" | "mcp_approval_request" | "mcp_approval_response" | "mcp_call" | "custom_tool_call";
            id?: string | null;
        } & {
            [key: string]: unknown;
        };
        /** @description An item that is kept, by its id */
        ItemReference: {
            type?: "item_reference" | null;
            id: string;
        };
        NewItem: components["schemas"]["InputMessage"] | components["schemas"]["CallOutput"] | components["schemas"]["EarlierItem"];
        InputItem: components["schemas"]["InputMessage"] | components["schemas"]["CallOutput"] | components["schemas"]["EarlierItem"] | components["schemas"]["ItemReference"];
        RunToolChoice: ("none" | "auto" | "required") | {
            /** @constant */
            type: "file_search";
        } | {
            /** @constant */
            type: "function";
            function: {
                name: string;
            };
        };
        NewMessagePart: {
            /** @constant */
            type: "text";
            text: string;
        } | {
            /** @constant */
            type: "image_url";
            image_url: {
                url: string;
                detail?: string;
            };
        } | {
            /** @constant */
            type: "image_file";
            image_file: {
                file_id: string;
                detail?: string;
            };
        };
        /** @description What may use an attachment */
        AttachmentTool: {
            /** @constant */
            type: "file_search";
        };
        /** @description OpenAI's comparison of an attribute of files */
        ComparisonFilter: {
            /** @enum {string} */
            type: "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "in" | "nin";
            /** @description The attribute that is compared */
            key: string;
            /** @description What it is compared with; several for `in` and `nin` */
            value: string | number | boolean | (string | number | boolean)[];
        };
        /** @description Filters that are joined */
        CompoundFilter: {
            /** @enum {string} */
            type: "and" | "or";
            filters: components["schemas"]["Filter"][];
        };
        Filter: components["schemas"]["ComparisonFilter"] | components["schemas"]["CompoundFilter"];
        /** @description A passage that the model was shown */
        Source: {
            /** @description Its number, from 1: the `n` of the markers `[n]` in the text */
            index: number;
            file_id: string;
            filename: string;
            chunk_id: string;
            /** @description From 1; null where the document has no pages */
            page: number | null;
            /** @description From 0 to 1 */
            score: number;
            /** @description The passage, shortened */
            quote: string;
            /** @description Whether the text refers to it */
            cited: boolean;
        };
        /** @description A passage in its document, with what stands around it */
        SourceExcerpt: {
            /** @constant */
            object: "source";
            file_id: string;
            filename: string;
            /** @description That of the passage, from 1 */
            page: number | null;
            /** @description Whether the passage is still in the document */
            found: boolean;
            pieces: {
                text: string;
                page: number | null;
                marked: boolean;
            }[];
            /** @description Pieces of the document that are left out before these */
            pieces_before: number;
            /** @description And after them */
            pieces_after: number;
        };
        /** @description A marker in the text, and what it refers to */
        UrlCitation: {
            /** @constant */
            type: "url_citation";
            url_citation: {
                /** @description A page that shows the passage in its document */
                url: string;
                title: string;
                /** @description In code points of the text */
                start_index: number;
                end_index: number;
            };
        };
        /** @description The tokens consumed, with whatever else the upstream tells of them */
        Usage: {
            prompt_tokens: number;
            completion_tokens: number;
            total_tokens: number;
            /** @description true: counted here, as the upstream did not say */
            estimated?: boolean;
            /** @description US dollars, at the end of a stream, where the prices are known */
            cost?: number;
            prompt_tokens_details?: {
                cached_tokens?: number;
            } | null;
            completion_tokens_details?: {
                reasoning_tokens?: number;
            } | null;
        };
        /** @description A call of a function */
        FunctionCall: {
            id: string;
            /** @constant */
            type: "function";
            function: {
                name: string;
                arguments: string;
            };
        };
        /** @description A call of a custom tool */
        CustomCall: {
            id: string;
            /** @constant */
            type: "custom";
            custom: {
                name: string;
                input: string;
            };
        };
        ToolCall: components["schemas"]["FunctionCall"] | components["schemas"]["CustomCall"];
        /** @description A piece of a call on a stream */
        ToolCallPiece: {
            index: number;
            id?: string;
            /** @constant */
            type?: "function";
            function?: {
                name?: string;
                arguments?: string;
            };
        };
        /** @description How likely the tokens were */
        Logprobs: {
            content: components["schemas"]["TokenLogprob"][] | null;
            refusal: components["schemas"]["TokenLogprob"][] | null;
        };
        TokenLogprob: {
            token: string;
            logprob: number;
            bytes: number[] | null;
            top_logprobs: {
                token: string;
                logprob: number;
                bytes: number[] | null;
            }[];
        };
        /** @description What the model says */
        AnswerMessage: {
            /** @constant */
            role: "assistant";
            content: string | null;
            refusal: string | null;
            /** @description The citations, when documents were looked up */
            annotations?: components["schemas"]["UrlCitation"][];
            tool_calls?: components["schemas"]["ToolCall"][];
            function_call?: {
                name: string;
                arguments: string;
            };
        };
        ChatChoice: {
            index: number;
            message: components["schemas"]["AnswerMessage"];
            logprobs: components["schemas"]["Logprobs"] | null;
            /** @enum {string} */
            finish_reason: "stop" | "length" | "tool_calls" | "content_filter" | "function_call";
        };
        /** @description An answer to a chat */
        ChatCompletion: {
            id: string;
            /** @constant */
            object: "chat.completion";
            /** @description Epoch seconds */
            created: number;
            model: string;
            choices: components["schemas"]["ChatChoice"][];
            usage?: components["schemas"]["Usage"];
            /** @description The passages that the model was shown, when documents were looked up */
            sources?: components["schemas"]["Source"][];
            /** @description The conversation that the answer was put into, when one was asked for */
            conversation_id?: string;
            system_fingerprint?: string;
        };
        /** @description What a piece of a stream adds to the message */
        ChatDelta: {
            /** @constant */
            role?: "assistant";
            content?: string;
            refusal?: string | null;
            annotations?: components["schemas"]["UrlCitation"][];
            tool_calls?: components["schemas"]["ToolCallPiece"][];
            function_call?: {
                name?: string;
                arguments?: string;
            };
        };
        /** @description A piece of an answer, the `data` of one event of the stream; `[DONE]` is the last */
        ChatCompletionChunk: {
            id: string;
            /** @constant */
            object: "chat.completion.chunk";
            /** @description Epoch seconds */
            created: number;
            model: string;
            choices: {
                index: number;
                delta: components["schemas"]["ChatDelta"];
                logprobs?: components["schemas"]["Logprobs"] | null;
                /** @enum {string|null} */
                finish_reason: "stop" | "length" | "tool_calls" | "content_filter" | "function_call" | null;
            }[];
            /** @description On the last chunk, with `stream_options.include_usage` */
            usage?: components["schemas"]["Usage"] | null;
            /** @description On the chunk that ends a choice, when documents were looked up */
            sources?: components["schemas"]["Source"][];
            /** @description The conversation that the answer was put into, when one was asked for */
            conversation_id?: string;
            system_fingerprint?: string;
        };
        /** @description An answer that was stored, and what was set for it */
        StoredChatCompletion: {
            id: string;
            /** @constant */
            object: "chat.completion";
            /** @description Epoch seconds */
            created: number;
            model: string;
            choices: components["schemas"]["ChatChoice"][];
            usage?: components["schemas"]["Usage"];
            /** @description The passages that the model was shown, when documents were looked up */
            sources?: components["schemas"]["Source"][];
            /** @description The conversation that the answer was put into, when one was asked for */
            conversation_id?: string;
            system_fingerprint?: string;
            metadata: {
                [key: string]: string;
            };
            tool_choice: components["schemas"]["ChatToolChoice"] | null;
            seed: number | null;
            top_p: number | null;
            temperature: number | null;
            presence_penalty: number | null;
            frequency_penalty: number | null;
            tools: components["schemas"]["ChatTool"][] | null;
            response_format: components["schemas"]["ChatResponseFormat"] | null;
            input_user: string | null;
        };
        /** @description A page of stored answers */
        StoredChatCompletionList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["StoredChatCompletion"][];
            first_id: string;
            last_id: string;
            has_more: boolean;
        };
        /** @description A stored answer that is gone */
        StoredChatCompletionDeleted: {
            id: string;
            /** @constant */
            object: "chat.completion.deleted";
            /** @constant */
            deleted: true;
        };
        /** @description A message that a stored answer answers */
        StoredMessage: {
            id: string;
            /** @enum {string} */
            role: "developer" | "system" | "user" | "assistant" | "tool" | "function";
            content: string | null;
            refusal: string | null;
            name: string | null;
            content_parts: (components["schemas"]["TextPart"] | components["schemas"]["ImagePart"])[] | null;
        };
        /** @description A page of such messages */
        StoredMessageList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["StoredMessage"][];
            first_id: string;
            last_id: string;
            has_more: boolean;
        };
        /** @description An answer to a prompt */
        TextCompletion: {
            id: string;
            /** @constant */
            object: "text_completion";
            /** @description Epoch seconds */
            created: number;
            model: string;
            choices: components["schemas"]["TextChoice"][];
            usage?: components["schemas"]["Usage"];
            /** @description The passages that the model was shown, when documents were looked up */
            sources?: components["schemas"]["Source"][];
            system_fingerprint?: string;
        };
        /** @description How likely the tokens were */
        TextLogprobs: {
            tokens?: string[] | null;
            token_logprobs?: (number | null)[] | null;
            top_logprobs?: ({
                [key: string]: number;
            } | null)[] | null;
            text_offset?: number[] | null;
        };
        TextChoice: {
            text: string;
            index: number;
            logprobs: components["schemas"]["TextLogprobs"] | null;
            /** @enum {string} */
            finish_reason: "stop" | "length" | "content_filter";
        };
        /** @description A piece of such an answer, the `data` of one event of the stream; `[DONE]` is the last */
        TextCompletionChunk: {
            id: string;
            /** @constant */
            object: "text_completion";
            /** @description Epoch seconds */
            created: number;
            model: string;
            choices: {
                text: string;
                index: number;
                logprobs: components["schemas"]["TextLogprobs"] | null;
                /** @enum {string|null} */
                finish_reason: "stop" | "length" | "content_filter" | null;
            }[];
            usage?: components["schemas"]["Usage"] | null;
            /** @description The passages that the model was shown, when documents were looked up */
            sources?: components["schemas"]["Source"][];
            system_fingerprint?: string;
        };
        /** @description A marker in the text, and the file it refers to */
        FileCitation: {
            /** @constant */
            type: "file_citation";
            file_id: string;
            filename: string;
            index: number;
        };
        /** @description A page that the upstream cites */
        PageCitation: {
            /** @constant */
            type: "url_citation";
            url: string;
            title: string;
            start_index: number;
            end_index: number;
        };
        /** @description A text of the model's */
        OutputText: {
            /** @constant */
            type: "output_text";
            text: string;
            annotations: (components["schemas"]["FileCitation"] | components["schemas"]["PageCitation"])[];
            logprobs: components["schemas"]["TokenLogprob"][];
        };
        /** @description What the model says when it will not answer */
        Refusal: {
            /** @constant */
            type: "refusal";
            refusal: string;
        };
        /** @description What a model thinks aloud */
        ReasoningText: {
            /** @constant */
            type: "reasoning_text";
            text: string;
        };
        /** @description What the model says */
        OutputMessage: {
            id: string;
            /** @constant */
            type: "message";
            /** @enum {string} */
            status: "in_progress" | "completed" | "incomplete";
            /** @constant */
            role: "assistant";
            content: (components["schemas"]["OutputText"] | components["schemas"]["Refusal"])[];
        };
        /** @description A search that was done before the model wrote */
        FileSearchCall: {
            id: string;
            /** @constant */
            type: "file_search_call";
            /** @enum {string} */
            status: "in_progress" | "completed" | "incomplete" | "searching" | "failed";
            queries: string[];
            /** @description With `include: [file_search_call.results]`; null otherwise */
            results: components["schemas"]["FileSearchResult"][] | null;
        };
        FileSearchResult: {
            file_id: string;
            filename: string;
            score: number;
            attributes: components["schemas"]["Attributes"];
            text: string;
        };
        /** @description What searches filter by */
        Attributes: {
            [key: string]: string | number | boolean;
        };
        /** @description What the model thinks before it answers */
        ReasoningItem: {
            id: string;
            /** @constant */
            type: "reasoning";
            summary: {
                /** @constant */
                type: "summary_text";
                text: string;
            }[];
            content: components["schemas"]["ReasoningText"][];
            /** @enum {string} */
            status: "in_progress" | "completed" | "incomplete";
        };
        /** @description A call of a function of the caller's */
        FunctionCallItem: {
            id: string;
            /** @constant */
            type: "function_call";
            /** @enum {string} */
            status: "in_progress" | "completed" | "incomplete";
            call_id: string;
            name: string;
            arguments: string;
        };
        /** @description A call of a custom tool of the caller's */
        CustomCallItem: {
            id: string;
            /** @constant */
            type: "custom_tool_call";
            /** @enum {string} */
            status: "in_progress" | "completed" | "incomplete";
            call_id: string;
            name: string;
            input: string;
        };
        OutputItem: components["schemas"]["OutputMessage"] | components["schemas"]["FileSearchCall"] | components["schemas"]["ReasoningItem"] | components["schemas"]["FunctionCallItem"] | components["schemas"]["CustomCallItem"];
        /** @description An item of a conversation: as it came, with what OpenAI shows of every one of its type */
        Item: {
            /** @enum {string} */
            type: "message" | "function_call" | "function_call_output" | "file_search_call" | "web_search_call" | "image_generation_call" | "computer_call" | "computer_call_output" | "tool_search_call" | "tool_search_output" | "additional_tools" | "configuration_update" | "reasoning" | "program" | "program_output" | "compaction" | "code_interpreter_call" | "local_shell_call" | "local_shell_call_output" | "shell_call" | "shell_call_output" | "apply_patch_call" | "apply_patch_call_output" | "mcp_list_tools" | "mcp_approval_request" | "mcp_approval_response" | "mcp_call" | "custom_tool_call" | "custom_tool_call_output" | "item_reference";
            id?: string;
            status?: unknown;
            role?: unknown;
            content?: unknown;
        } & {
            [key: string]: unknown;
        };
        /** @description A page of items */
        ItemList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Item"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description The tokens consumed */
        ResponseUsage: {
            input_tokens: number;
            input_tokens_details: {
                cached_tokens: number;
                cache_write_tokens: number;
            };
            output_tokens: number;
            output_tokens_details: {
                reasoning_tokens: number;
            };
            total_tokens: number;
        };
        /** @description A response */
        Response: {
            id: string;
            /** @constant */
            object: "response";
            /** @description Epoch seconds */
            created_at: number;
            /** @description Epoch seconds */
            completed_at: number | null;
            /** @enum {string} */
            status: "queued" | "in_progress" | "completed" | "incomplete" | "failed" | "cancelled";
            model: string;
            conversation: {
                id: string;
            } | null;
            output: components["schemas"]["OutputItem"][];
            error: {
                /** @enum {string} */
                code: "server_error" | "rate_limit_exceeded" | "invalid_prompt" | "vector_store_timeout";
                message: string | null;
            } | null;
            incomplete_details: {
                /** @enum {string} */
                reason: "max_output_tokens" | "content_filter";
            } | null;
            usage: components["schemas"]["ResponseUsage"] | null;
            background: boolean;
            instructions: string | null;
            max_output_tokens: number | null;
            max_tool_calls: number | null;
            metadata: {
                [key: string]: string;
            };
            parallel_tool_calls: boolean;
            previous_response_id: string | null;
            prompt_cache_key: string | null;
            reasoning: {
                /** @enum {string|null} */
                effort: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
                /** @enum {string|null} */
                summary: "auto" | "concise" | "detailed" | null;
            };
            safety_identifier: string | null;
            /** @enum {string|null} */
            service_tier: "auto" | "default" | "flex" | "scale" | "priority" | "fast" | "ultrafast" | null;
            store: boolean;
            temperature: number | null;
            text: {
                format: components["schemas"]["ResponseTextFormat"];
                /** @enum {string} */
                verbosity?: "low" | "medium" | "high";
            };
            tool_choice: components["schemas"]["ResponseToolChoice"];
            tools: components["schemas"]["ShownTool"][];
            top_logprobs: number;
            top_p: number | null;
            /** @enum {string} */
            truncation: "auto" | "disabled";
            user: string | null;
        };
        /** @description A response that is gone */
        ResponseDeleted: {
            id: string;
            /** @constant */
            object: "response";
            /** @constant */
            deleted: true;
        };
        /** @description How many tokens a question has */
        InputTokens: {
            /** @constant */
            object: "response.input_tokens";
            input_tokens: number;
        };
        /** @description A conversation made short */
        Compaction: {
            id: string;
            /** @constant */
            object: "response.compaction";
            /** @description Epoch seconds */
            created_at: number;
            output: components["schemas"]["Item"][];
            usage: components["schemas"]["ResponseUsage"];
        };
        /** @description A conversation */
        Conversation: {
            id: string;
            /** @constant */
            object: "conversation";
            /** @description Epoch seconds */
            created_at: number;
            metadata: {
                [key: string]: string;
            };
        };
        /** @description A page of conversations */
        ConversationList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Conversation"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description A conversation that is gone */
        ConversationDeleted: {
            id: string;
            /** @constant */
            object: "conversation.deleted";
            /** @constant */
            deleted: true;
        };
        /** @description What has become of the response as a whole */
        ResponseStateEvent: {
            /** @enum {string} */
            type: "response.created" | "response.queued" | "response.in_progress" | "response.completed" | "response.incomplete" | "response.failed";
            sequence_number: number;
            response: components["schemas"]["Response"];
        };
        /** @description An item begins, or ends */
        OutputItemEvent: {
            /** @enum {string} */
            type: "response.output_item.added" | "response.output_item.done";
            sequence_number: number;
            output_index: number;
            item: components["schemas"]["OutputItem"];
        };
        /** @description A part of a message begins, or ends */
        ContentPartEvent: {
            /** @enum {string} */
            type: "response.content_part.added" | "response.content_part.done";
            sequence_number: number;
            output_index: number;
            item_id: string;
            content_index: number;
            part: components["schemas"]["OutputText"] | components["schemas"]["Refusal"] | components["schemas"]["ReasoningText"];
        };
        /** @description How far a search has got */
        FileSearchEvent: {
            /** @enum {string} */
            type: "response.file_search_call.in_progress" | "response.file_search_call.searching" | "response.file_search_call.completed";
            sequence_number: number;
            output_index: number;
            item_id: string;
        };
        /** @description So much more text */
        TextDeltaEvent: {
            /** @constant */
            type: "response.output_text.delta";
            sequence_number: number;
            output_index: number;
            item_id: string;
            content_index: number;
            delta: string;
            logprobs: components["schemas"]["TokenLogprob"][];
        };
        /** @description The whole text */
        TextDoneEvent: {
            /** @constant */
            type: "response.output_text.done";
            sequence_number: number;
            output_index: number;
            item_id: string;
            content_index: number;
            text: string;
            logprobs: components["schemas"]["TokenLogprob"][];
        };
        /** @description A citation */
        AnnotationEvent: {
            /** @constant */
            type: "response.output_text.annotation.added";
            sequence_number: number;
            output_index: number;
            item_id: string;
            content_index: number;
            annotation_index: number;
            annotation: components["schemas"]["FileCitation"] | components["schemas"]["PageCitation"];
        };
        /** @description So much more of a refusal */
        RefusalDeltaEvent: {
            /** @constant */
            type: "response.refusal.delta";
            sequence_number: number;
            output_index: number;
            item_id: string;
            content_index: number;
            delta: string;
        };
        /** @description The whole refusal */
        RefusalDoneEvent: {
            /** @constant */
            type: "response.refusal.done";
            sequence_number: number;
            output_index: number;
            item_id: string;
            content_index: number;
            refusal: string;
        };
        /** @description So much more of a thought */
        ReasoningDeltaEvent: {
            /** @constant */
            type: "response.reasoning_text.delta";
            sequence_number: number;
            output_index: number;
            item_id: string;
            content_index: number;
            delta: string;
        };
        /** @description The whole thought */
        ReasoningDoneEvent: {
            /** @constant */
            type: "response.reasoning_text.done";
            sequence_number: number;
            output_index: number;
            item_id: string;
            content_index: number;
            text: string;
        };
        /** @description So much more of a call's arguments */
        ArgumentsDeltaEvent: {
            /** @constant */
            type: "response.function_call_arguments.delta";
            sequence_number: number;
            output_index: number;
            item_id: string;
            delta: string;
        };
        /** @description The whole arguments */
        ArgumentsDoneEvent: {
            /** @constant */
            type: "response.function_call_arguments.done";
            sequence_number: number;
            output_index: number;
            item_id: string;
            name: string;
            arguments: string;
        };
        /** @description So much more of a custom call's input */
        CustomInputDeltaEvent: {
            /** @constant */
            type: "response.custom_tool_call_input.delta";
            sequence_number: number;
            output_index: number;
            item_id: string;
            delta: string;
        };
        /** @description The whole input */
        CustomInputDoneEvent: {
            /** @constant */
            type: "response.custom_tool_call_input.done";
            sequence_number: number;
            output_index: number;
            item_id: string;
            input: string;
        };
        /** @description An event of the stream, its `data`; the event's name is its `type` */
        ResponseStreamEvent: components["schemas"]["ResponseStateEvent"] | components["schemas"]["OutputItemEvent"] | components["schemas"]["ContentPartEvent"] | components["schemas"]["FileSearchEvent"] | components["schemas"]["TextDeltaEvent"] | components["schemas"]["TextDoneEvent"] | components["schemas"]["AnnotationEvent"] | components["schemas"]["RefusalDeltaEvent"] | components["schemas"]["RefusalDoneEvent"] | components["schemas"]["ReasoningDeltaEvent"] | components["schemas"]["ReasoningDoneEvent"] | components["schemas"]["ArgumentsDeltaEvent"] | components["schemas"]["ArgumentsDoneEvent"] | components["schemas"]["CustomInputDeltaEvent"] | components["schemas"]["CustomInputDoneEvent"];
        /** @description A file of the library */
        File: {
            id: string;
            /** @constant */
            object: "file";
            bytes: number;
            /** @description Epoch seconds */
            created_at: number;
            /** @description Epoch seconds */
            expires_at: number | null;
            filename: string;
            /** @enum {string} */
            purpose: "assistants" | "assistants_output" | "batch" | "batch_output" | "fine-tune" | "fine-tune-results" | "vision" | "user_data" | "evals";
            /** @constant */
            status: "processed";
            status_details: null;
            /** @description Who may read it; absent when all of its owner's callers may */
            groups?: string[];
        };
        /** @description A page of files */
        FileList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["File"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description A file that is gone */
        FileDeleted: {
            id: string;
            /** @constant */
            object: "file";
            /** @constant */
            deleted: true;
        };
        /** @description A file that arrives in parts */
        Upload: {
            id: string;
            /** @constant */
            object: "upload";
            bytes: number;
            /** @description Epoch seconds */
            created_at: number;
            filename: string;
            /** @enum {string} */
            purpose: "assistants" | "assistants_output" | "batch" | "batch_output" | "fine-tune" | "fine-tune-results" | "vision" | "user_data" | "evals";
            /** @enum {string} */
            status: "pending" | "completed" | "cancelled" | "expired";
            /** @description Epoch seconds */
            expires_at: number;
            /** @description The file that it became */
            file: components["schemas"]["File"] | null;
        };
        /** @description A part of an upload */
        UploadPart: {
            id: string;
            /** @constant */
            object: "upload.part";
            /** @description Epoch seconds */
            created_at: number;
            upload_id: string;
        };
        FileCounts: {
            in_progress: number;
            completed: number;
            failed: number;
            cancelled: number;
            total: number;
        };
        /** @description A collection of documents that can be searched */
        VectorStore: {
            id: string;
            /** @constant */
            object: "vector_store";
            /** @description Epoch seconds */
            created_at: number;
            name: string;
            description: string | null;
            usage_bytes: number;
            file_counts: components["schemas"]["FileCounts"];
            /** @enum {string} */
            status: "in_progress" | "completed" | "expired";
            expires_after: {
                /** @constant */
                anchor: "last_active_at";
                days: number;
            } | null;
            /** @description Epoch seconds */
            expires_at: number | null;
            /** @description Epoch seconds */
            last_active_at: number | null;
            metadata: {
                [key: string]: string;
            };
            /** @description Who may read it; absent when all of its owner's callers may */
            groups?: string[];
        };
        /** @description A page of vector stores */
        VectorStoreList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["VectorStore"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description A vector store that is gone */
        VectorStoreDeleted: {
            id: string;
            /** @constant */
            object: "vector_store.deleted";
            /** @constant */
            deleted: true;
        };
        /** @description A file of a vector store */
        VectorStoreFile: {
            id: string;
            /** @constant */
            object: "vector_store.file";
            usage_bytes: number;
            /** @description Epoch seconds */
            created_at: number;
            vector_store_id: string;
            /** @enum {string} */
            status: "in_progress" | "completed" | "failed" | "cancelled";
            last_error: {
                /** @enum {string} */
                code: "unsupported_file" | "invalid_file" | "server_error";
                message: string;
            } | null;
            chunking_strategy: {
                /** @constant */
                type: "other";
            } | {
                /** @constant */
                type: "static";
                static: {
                    max_chunk_size_tokens: number;
                    chunk_overlap_tokens: number;
                };
            };
            attributes: components["schemas"]["Attributes"];
        };
        /** @description A page of a store's files */
        VectorStoreFileList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["VectorStoreFile"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description A file that was taken out of a store */
        VectorStoreFileDeleted: {
            id: string;
            /** @constant */
            object: "vector_store.file.deleted";
            /** @constant */
            deleted: true;
        };
        /** @description The text of a file, in chunks */
        VectorStoreFileContent: {
            /** @constant */
            object: "vector_store.file_content.page";
            data: {
                /** @constant */
                type: "text";
                text: string;
            }[];
            /** @constant */
            has_more: false;
            next_page: null;
        };
        /** @description Files that were put into a store together */
        VectorStoreFileBatch: {
            id: string;
            /** @constant */
            object: "vector_store.files_batch";
            /** @description Epoch seconds */
            created_at: number;
            vector_store_id: string;
            /** @enum {string} */
            status: "in_progress" | "completed" | "failed" | "cancelled";
            file_counts: components["schemas"]["FileCounts"];
        };
        /** @description What a search found, the best first */
        SearchResults: {
            /** @constant */
            object: "vector_store.search_results.page";
            search_query: string[];
            data: {
                file_id: string;
                filename: string;
                /** @description From 0 to 1 */
                score: number;
                attributes: components["schemas"]["Attributes"];
                content: {
                    /** @constant */
                    type: "text";
                    text: string;
                }[];
                /** @description From 1, where the document has pages */
                page?: number;
            }[];
            /** @constant */
            has_more: false;
            next_page: null;
        };
        /** @description A vector store whose chunks are embedded anew */
        Reindex: {
            /** @constant */
            object: "vector_store.reindex";
            vector_store_id: string;
            /** @enum {string} */
            status: "in_progress" | "completed" | "failed";
            /** @description Chunks */
            done: number;
            /** @description Chunks */
            total: number;
            error: {
                code: string;
                message: string;
            } | null;
            /** @description Epoch seconds */
            created_at: number;
            /** @description Epoch seconds */
            finished_at: number | null;
        };
        /** @description What a store knows of a file of a folder */
        FolderFile: {
            id: string;
            /** @constant */
            object: "vector_store.folder_file";
            /** @description Where it was read from */
            source: string;
            /** @description Of its bytes; null: send it again, whatever it holds */
            sha256: string | null;
            chunks: number;
        };
        /** @description A page of them */
        FolderFileList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["FolderFile"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description What became of each file, in the order of the form */
        FolderOutcomes: {
            /** @constant */
            object: "list";
            data: {
                /** @constant */
                object: "vector_store.folder_file.outcome";
                source: string;
                /** @enum {string} */
                status: "added" | "changed" | "unchanged" | "removed" | "failed";
                chunks: number;
                reason: string | null;
            }[];
        };
        /** @description Search the vector stores */
        FileSearchTool: {
            /** @constant */
            type: "file_search";
            file_search?: {
                max_num_results?: number;
                ranking_options?: {
                    ranker: string;
                    score_threshold: number;
                };
            };
        };
        /** @description A function of the caller's */
        FunctionTool: {
            /** @constant */
            type: "function";
            function: {
                name: string;
                description?: string;
                parameters?: {
                    [key: string]: unknown;
                };
                strict?: boolean | null;
            };
        };
        AssistantFormat: "auto" | components["schemas"]["ChatResponseFormat"];
        AssistantTool: components["schemas"]["FileSearchTool"] | components["schemas"]["FunctionTool"];
        /** @description The vector stores that are searched */
        ToolStores: {
            file_search?: {
                vector_store_ids: string[];
            };
        };
        /** @description An assistant: an agent by another name */
        Assistant: {
            id: string;
            /** @constant */
            object: "assistant";
            /** @description Epoch seconds */
            created_at: number;
            name: string | null;
            description: string | null;
            model: string;
            instructions: string | null;
            tools: components["schemas"]["AssistantTool"][];
            tool_resources: components["schemas"]["ToolStores"];
            metadata: {
                [key: string]: string;
            };
            temperature: number | null;
            top_p: number | null;
            response_format: components["schemas"]["AssistantFormat"];
        };
        /** @description A page of assistants */
        AssistantList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Assistant"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description An assistant that is gone */
        AssistantDeleted: {
            id: string;
            /** @constant */
            object: "assistant.deleted";
            /** @constant */
            deleted: true;
        };
        /** @description A thread of messages */
        Thread: {
            id: string;
            /** @constant */
            object: "thread";
            /** @description Epoch seconds */
            created_at: number;
            metadata: {
                [key: string]: string;
            };
            tool_resources: components["schemas"]["ToolStores"];
        };
        /** @description A thread that is gone */
        ThreadDeleted: {
            id: string;
            /** @constant */
            object: "thread.deleted";
            /** @constant */
            deleted: true;
        };
        /** @description A marker in the text, and the file it refers to */
        MessageCitation: {
            /** @constant */
            type: "file_citation";
            text: string;
            start_index: number;
            end_index: number;
            file_citation: {
                file_id: string;
            };
        };
        MessageText: {
            /** @constant */
            type: "text";
            text: {
                value: string;
                annotations: components["schemas"]["MessageCitation"][];
            };
        };
        MessageRefusal: {
            /** @constant */
            type: "refusal";
            refusal: string;
        };
        MessageImageUrl: {
            /** @constant */
            type: "image_url";
            image_url: {
                url: string;
                /** @enum {string} */
                detail: "auto" | "low" | "high";
            };
        };
        MessageImageFile: {
            /** @constant */
            type: "image_file";
            image_file: {
                file_id: string;
                /** @enum {string} */
                detail: "auto" | "low" | "high";
            };
        };
        /** @description A message of a thread */
        Message: {
            id: string;
            /** @constant */
            object: "thread.message";
            /** @description Epoch seconds */
            created_at: number;
            thread_id: string;
            /** @enum {string} */
            status: "in_progress" | "incomplete" | "completed";
            incomplete_details: {
                /** @enum {string} */
                reason: "content_filter" | "max_tokens" | "run_cancelled" | "run_failed" | "run_expired";
            } | null;
            /** @description Epoch seconds */
            completed_at: number | null;
            /** @description Epoch seconds */
            incomplete_at: number | null;
            /** @enum {string} */
            role: "user" | "assistant";
            content: (components["schemas"]["MessageText"] | components["schemas"]["MessageRefusal"] | components["schemas"]["MessageImageUrl"] | components["schemas"]["MessageImageFile"])[];
            assistant_id: string | null;
            run_id: string | null;
            attachments: {
                file_id: string;
                tools: components["schemas"]["AttachmentTool"][];
            }[];
            metadata: {
                [key: string]: string;
            };
        };
        /** @description A page of messages */
        MessageList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Message"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description A message that is gone */
        MessageDeleted: {
            id: string;
            /** @constant */
            object: "thread.message.deleted";
            /** @constant */
            deleted: true;
        };
        RunUsage: {
            prompt_tokens: number;
            completion_tokens: number;
            total_tokens: number;
        };
        /** @description The functions whose outputs the run waits for */
        RequiredAction: {
            /** @constant */
            type: "submit_tool_outputs";
            submit_tool_outputs: {
                tool_calls: {
                    id: string;
                    /** @constant */
                    type: "function";
                    function: {
                        name: string;
                        arguments: string;
                    };
                }[];
            };
        };
        /** @description An assistant at work in a thread */
        Run: {
            id: string;
            /** @constant */
            object: "thread.run";
            /** @description Epoch seconds */
            created_at: number;
            thread_id: string;
            assistant_id: string;
            /** @enum {string} */
            status: "queued" | "in_progress" | "requires_action" | "cancelling" | "cancelled" | "failed" | "completed" | "incomplete" | "expired";
            required_action: components["schemas"]["RequiredAction"] | null;
            last_error: {
                /** @enum {string} */
                code: "server_error" | "rate_limit_exceeded" | "invalid_prompt";
                message: string;
            } | null;
            /** @description Epoch seconds */
            expires_at: number | null;
            /** @description Epoch seconds */
            started_at: number | null;
            /** @description Epoch seconds */
            cancelled_at: number | null;
            /** @description Epoch seconds */
            failed_at: number | null;
            /** @description Epoch seconds */
            completed_at: number | null;
            incomplete_details: {
                /** @enum {string} */
                reason: "max_completion_tokens" | "max_prompt_tokens";
            } | null;
            model: string;
            instructions: string;
            tools: components["schemas"]["AssistantTool"][];
            metadata: {
                [key: string]: string;
            };
            usage: components["schemas"]["RunUsage"] | null;
            temperature: number | null;
            top_p: number | null;
            max_prompt_tokens: number | null;
            max_completion_tokens: number | null;
            truncation_strategy: {
                /** @enum {string} */
                type: "auto" | "last_messages";
                last_messages: number | null;
            };
            tool_choice: components["schemas"]["RunToolChoice"];
            parallel_tool_calls: boolean;
            response_format: components["schemas"]["AssistantFormat"];
            reasoning_effort?: string;
        };
        /** @description A page of runs */
        RunList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Run"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        StepFunctionCall: {
            id: string;
            /** @constant */
            type: "function";
            function: {
                name: string;
                arguments: string;
                output: string | null;
            };
        };
        StepSearchCall: {
            id: string;
            /** @constant */
            type: "file_search";
            file_search: {
                ranking_options: {
                    ranker: string;
                    score_threshold: number;
                };
                results: {
                    file_id: string;
                    file_name: string;
                    score: number;
                    content?: {
                        /** @constant */
                        type: "text";
                        text: string;
                    }[];
                }[];
            };
        };
        MessageCreation: {
            /** @constant */
            type: "message_creation";
            message_creation: {
                message_id: string;
            };
        };
        StepToolCalls: {
            /** @constant */
            type: "tool_calls";
            tool_calls: (components["schemas"]["StepFunctionCall"] | components["schemas"]["StepSearchCall"])[];
        };
        /** @description A step of a run */
        RunStep: {
            id: string;
            /** @constant */
            object: "thread.run.step";
            /** @description Epoch seconds */
            created_at: number;
            run_id: string;
            assistant_id: string;
            thread_id: string;
            /** @enum {string} */
            type: "message_creation" | "tool_calls";
            /** @enum {string} */
            status: "in_progress" | "completed" | "failed" | "cancelled" | "expired";
            step_details: components["schemas"]["MessageCreation"] | components["schemas"]["StepToolCalls"];
            last_error: {
                /** @enum {string} */
                code: "server_error" | "rate_limit_exceeded";
                message: string;
            } | null;
            /** @description Epoch seconds */
            expired_at: number | null;
            /** @description Epoch seconds */
            cancelled_at: number | null;
            /** @description Epoch seconds */
            failed_at: number | null;
            /** @description Epoch seconds */
            completed_at: number | null;
            metadata: {
                [key: string]: string;
            };
            usage: components["schemas"]["RunUsage"] | null;
        };
        /** @description A page of steps */
        RunStepList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["RunStep"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description So much more of a message */
        MessageDelta: {
            id: string;
            /** @constant */
            object: "thread.message.delta";
            delta: {
                content: ({
                    index: number;
                    /** @constant */
                    type: "text";
                    text: {
                        value?: string;
                        annotations?: components["schemas"]["MessageCitationDelta"][];
                    };
                } | {
                    index: number;
                    /** @constant */
                    type: "refusal";
                    refusal: string;
                })[];
            };
        };
        MessageCitationDelta: {
            index: number;
            /** @constant */
            type: "file_citation";
            text: string;
            start_index: number;
            end_index: number;
            file_citation: {
                file_id: string;
            };
        };
        /** @description So much more of a step */
        RunStepDelta: {
            id: string;
            /** @constant */
            object: "thread.run.step.delta";
            delta: {
                step_details: {
                    /** @constant */
                    type: "tool_calls";
                    tool_calls: ({
                        index: number;
                        id?: string;
                        /** @constant */
                        type: "function";
                        function: {
                            name?: string;
                            arguments: string;
                            output?: string | null;
                        };
                    } | {
                        index: number;
                        id: string;
                        /** @constant */
                        type: "file_search";
                        file_search: {
                            ranking_options: {
                                ranker: string;
                                score_threshold: number;
                            };
                            results: {
                                file_id: string;
                                file_name: string;
                                score: number;
                                content?: {
                                    /** @constant */
                                    type: "text";
                                    text: string;
                                }[];
                            }[];
                        };
                    })[];
                };
            };
        };
        ThreadEvent: {
            /** @constant */
            event: "thread.created";
            data: components["schemas"]["Thread"];
        };
        RunEvent: {
            /** @enum {string} */
            event: "thread.run.created" | "thread.run.queued" | "thread.run.in_progress" | "thread.run.requires_action" | "thread.run.cancelling" | "thread.run.cancelled" | "thread.run.failed" | "thread.run.completed" | "thread.run.incomplete" | "thread.run.expired";
            data: components["schemas"]["Run"];
        };
        RunStepEvent: {
            /** @enum {string} */
            event: "thread.run.step.created" | "thread.run.step.in_progress" | "thread.run.step.completed" | "thread.run.step.failed" | "thread.run.step.cancelled" | "thread.run.step.expired";
            data: components["schemas"]["RunStep"];
        };
        RunStepDeltaEvent: {
            /** @constant */
            event: "thread.run.step.delta";
            data: components["schemas"]["RunStepDelta"];
        };
        MessageEvent: {
            /** @enum {string} */
            event: "thread.message.created" | "thread.message.in_progress" | "thread.message.completed" | "thread.message.incomplete";
            data: components["schemas"]["Message"];
        };
        MessageDeltaEvent: {
            /** @constant */
            event: "thread.message.delta";
            data: components["schemas"]["MessageDelta"];
        };
        RunErrorEvent: {
            /** @constant */
            event: "error";
            data: components["schemas"]["ErrorDetails"];
        };
        /** @description An event of the stream: its name and its `data`; `done` with `[DONE]` is the last */
        RunStreamEvent: components["schemas"]["ThreadEvent"] | components["schemas"]["RunEvent"] | components["schemas"]["RunStepEvent"] | components["schemas"]["RunStepDeltaEvent"] | components["schemas"]["MessageEvent"] | components["schemas"]["MessageDeltaEvent"] | components["schemas"]["RunErrorEvent"];
        ErrorDetails: {
            /** @description What is wrong, and often the way out */
            message: string;
            type: string;
            /** @description The field or the header that is meant */
            param: string | null;
            /** @description The same error always has the same */
            code: string | null;
        };
        /** @description OpenAI's error */
        Error: {
            error: components["schemas"]["ErrorDetails"];
        };
        /** @description A name that `model` may hold: an agent, an alias, a store or an upstream's model */
        Model: {
            id: string;
            /** @constant */
            object: "model";
            /** @description Epoch seconds */
            created: number;
            owned_by: string;
        };
        /** @description All names */
        ModelList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Model"][];
        };
        /** @description Vectors, in the order of the inputs */
        EmbeddingList: {
            /** @constant */
            object: "list";
            data: {
                /** @constant */
                object: "embedding";
                index: number;
                /** @description Numbers, or 32-bit floats in base64 */
                embedding: number[] | string;
            }[];
            model: string;
            usage: {
                prompt_tokens: number;
                total_tokens: number;
            } | null;
        };
        /** @description A file of requests that is answered as a whole */
        Batch: {
            id: string;
            /** @constant */
            object: "batch";
            /** @enum {string} */
            endpoint: "/v1/chat/completions" | "/v1/completions" | "/v1/embeddings" | "/v1/responses" | "/v1/moderations";
            model: string | null;
            errors: {
                /** @constant */
                object: "list";
                data: {
                    code: string;
                    message: string;
                    param: string | null;
                    line: number | null;
                }[];
            } | null;
            input_file_id: string;
            /** @constant */
            completion_window: "24h";
            /** @enum {string} */
            status: "validating" | "failed" | "in_progress" | "finalizing" | "completed" | "expired" | "cancelling" | "cancelled";
            output_file_id: string | null;
            error_file_id: string | null;
            /** @description Epoch seconds */
            created_at: number;
            /** @description Epoch seconds */
            in_progress_at: number | null;
            /** @description Epoch seconds */
            expires_at: number | null;
            /** @description Epoch seconds */
            finalizing_at: number | null;
            /** @description Epoch seconds */
            cancelling_at: number | null;
            /** @description Epoch seconds */
            completed_at: number | null;
            /** @description Epoch seconds */
            failed_at: number | null;
            /** @description Epoch seconds */
            expired_at: number | null;
            /** @description Epoch seconds */
            cancelled_at: number | null;
            request_counts: {
                total: number;
                completed: number;
                failed: number;
            };
            usage: {
                input_tokens: number;
                input_tokens_details: {
                    cached_tokens: number;
                };
                output_tokens: number;
                output_tokens_details: {
                    reasoning_tokens: number;
                };
                total_tokens: number;
            } | null;
            metadata: {
                [key: string]: string;
            } | null;
        };
        /** @description A page of batches */
        BatchList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Batch"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description A fine-tuning job, as its upstream tells it; its files are the library's */
        FineTuningJob: {
            id: string;
            /** @constant */
            object?: "fine_tuning.job";
            model?: string;
            status?: string;
            training_file?: string;
            validation_file?: string | null;
            result_files?: string[];
            /** @description Epoch seconds */
            created_at?: number;
            /** @description Epoch seconds */
            finished_at?: number | null;
            /** @description Epoch seconds */
            estimated_finish?: number | null;
            /** @description What `model` names when it has succeeded */
            fine_tuned_model?: string | null;
            trained_tokens?: number | null;
            error?: {
                code?: string;
                message?: string;
                param?: string | null;
            } | null;
            hyperparameters?: {
                [key: string]: unknown;
            };
            method?: {
                [key: string]: unknown;
            };
            integrations?: {
                [key: string]: unknown;
            }[] | null;
            metadata?: {
                [key: string]: string;
            } | null;
            organization_id?: string;
            seed?: number;
        } & {
            [key: string]: unknown;
        };
        /** @description A page of jobs */
        FineTuningJobList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["FineTuningJob"][];
            has_more: boolean;
        };
        /** @description What happened to a job, as the upstream tells it */
        FineTuningEventList: {
            /** @constant */
            object?: "list";
            has_more?: boolean;
            data?: {
                id: string;
                /** @constant */
                object: "fine_tuning.job.event";
                /** @description Epoch seconds */
                created_at: number;
                level: string;
                message: string;
                type?: string;
                data?: {
                    [key: string]: unknown;
                };
            }[];
        };
        /** @description The models that a job made on its way, as the upstream tells it */
        FineTuningCheckpointList: {
            /** @constant */
            object?: "list";
            has_more?: boolean;
            data?: {
                id: string;
                /** @constant */
                object: "fine_tuning.job.checkpoint";
                /** @description Epoch seconds */
                created_at: number;
                fine_tuning_job_id: string;
                /** @description What `model` names */
                fine_tuned_model_checkpoint: string;
                step_number: number;
                metrics: {
                    [key: string]: number;
                };
            }[];
            first_id?: string | null;
            last_id?: string | null;
        };
        /** @description Images, as the upstream made them */
        Images: {
            /** @description Epoch seconds */
            created?: number;
            data?: ({
                url?: string;
                b64_json?: string;
                revised_prompt?: string;
            } & {
                [key: string]: unknown;
            })[];
        } & {
            [key: string]: unknown;
        };
        /** @description What was said, as the upstream heard it */
        Transcription: {
            text?: string;
            task?: string;
            language?: string;
            duration?: number;
            segments?: {
                [key: string]: unknown;
            }[];
            words?: {
                [key: string]: unknown;
            }[];
        } & {
            [key: string]: unknown;
        };
        /** @description What the upstream thinks of the input */
        Moderation: {
            id?: string;
            model?: string;
            results?: {
                flagged: boolean;
                categories: {
                    [key: string]: boolean | null;
                };
                category_scores: {
                    [key: string]: number;
                };
                category_applied_input_types: {
                    [key: string]: string[];
                };
            }[];
        };
        /** @description An event of the upstream's stream, its `data` */
        UpstreamEvent: {
            [key: string]: unknown;
        };
        /** @description A stored prompt, vector stores and a model */
        Agent: {
            /** @description What `model` names */
            id: string;
            /** @constant */
            object: "agent";
            owner: string;
            /** @description Epoch seconds */
            created_at: number;
            name: string;
            description: string | null;
            instructions: string | null;
            vector_stores: string[];
            model: string | null;
            params: {
                [key: string]: unknown;
            };
            lang: string | null;
            retrieval: {
                top_k: number | null;
                min_score: number | null;
                filters: components["schemas"]["Filter"] | null;
                sources: ("annotations" | "field" | "header" | "markdown")[] | null;
                cache_ttl_s: number | null;
            };
            /** @enum {string} */
            visibility: "private" | "groups" | "public";
            groups: string[];
            allowance: {
                /** @enum {string} */
                period: "day" | "month";
                requests: number | null;
                usd: number | null;
            } | null;
            tools: components["schemas"]["AssistantTool"][] | null;
            metadata: {
                [key: string]: string;
            };
        };
        /** @description A page of agents */
        AgentList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Agent"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description An agent that is gone */
        AgentDeleted: {
            id: string;
            /** @constant */
            object: "agent.deleted";
            /** @constant */
            deleted: true;
        };
        /** @description An API key, without its secret */
        ApiKey: {
            id: string;
            /** @constant */
            object: "api_key";
            name: string;
            /** @description What its secret begins with */
            prefix: string;
            owner: string;
            /** @enum {string} */
            status: "active" | "expired" | "revoked";
            scopes: ("chat" | "embed" | "files" | "relay" | "admin")[];
            groups: string[];
            models: string[] | null;
            vector_stores: string[] | null;
            limits: {
                requests_per_minute: number | null;
                tokens_per_minute: number | null;
            };
            model_limits: {
                [key: string]: {
                    requests_per_minute: number | null;
                    tokens_per_minute: number | null;
                };
            };
            budget: {
                usd: number;
                /** @enum {string} */
                period: "day" | "month";
            } | null;
            /** @description Epoch seconds */
            created_at: number;
            /** @description Epoch seconds */
            expires_at: number | null;
            /** @description Epoch seconds */
            revoked_at: number | null;
            /** @description Epoch seconds */
            last_used_at: number | null;
        };
        /** @description An API key */
        ApiKeyWithSecret: {
            id: string;
            /** @constant */
            object: "api_key";
            name: string;
            /** @description What its secret begins with */
            prefix: string;
            owner: string;
            /** @enum {string} */
            status: "active" | "expired" | "revoked";
            scopes: ("chat" | "embed" | "files" | "relay" | "admin")[];
            groups: string[];
            models: string[] | null;
            vector_stores: string[] | null;
            limits: {
                requests_per_minute: number | null;
                tokens_per_minute: number | null;
            };
            model_limits: {
                [key: string]: {
                    requests_per_minute: number | null;
                    tokens_per_minute: number | null;
                };
            };
            budget: {
                usd: number;
                /** @enum {string} */
                period: "day" | "month";
            } | null;
            /** @description Epoch seconds */
            created_at: number;
            /** @description Epoch seconds */
            expires_at: number | null;
            /** @description Epoch seconds */
            revoked_at: number | null;
            /** @description Epoch seconds */
            last_used_at: number | null;
            /** @description Its secret, which is told this once */
            value: string;
        };
        /** @description A page of keys */
        ApiKeyList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["ApiKey"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description A key that is good no more */
        ApiKeyDeleted: {
            id: string;
            /** @constant */
            object: "api_key.deleted";
            /** @constant */
            deleted: true;
        };
        /** @description Requests summed up; what was not asked for is null */
        UsageBucket: {
            /** @constant */
            object: "usage.bucket";
            /** @description Epoch seconds */
            start_time: number;
            /** @description Epoch seconds */
            end_time: number;
            key: string | null;
            key_name: string | null;
            model: string | null;
            upstream: string | null;
            agent: string | null;
            owner: string | null;
            requests: number;
            failed_requests: number;
            cached_requests: number;
            prompt_tokens: number;
            cached_tokens: number;
            completion_tokens: number;
            reasoning_tokens: number;
            estimated_requests: number;
            cost_usd: number;
            unpriced_requests: number;
            mean_ms: number;
        };
        /** @description Sums of usage */
        UsageList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["UsageBucket"][];
            has_more: boolean;
        };
        /** @description Who is asking */
        Caller: {
            /** @constant */
            object: "caller";
            id: string | null;
            name: string | null;
            owner: string;
            admin: boolean;
            groups: string[];
            scopes: ("chat" | "embed" | "files" | "relay" | "admin")[];
            agents: {
                id: string;
                name: string;
                description: string | null;
            }[];
        };
        /** @description The process answers */
        Health: {
            /** @constant */
            status: "ok";
            version: string;
        };
        /** @description `ok`, or why not, for each part */
        Readiness: {
            /** @enum {string} */
            status: "ok" | "unavailable";
            checks: {
                records: string;
                index: string;
            };
        };
        /** @description A vector store, with whose it is */
        AdminStore: {
            id: string;
            /** @constant */
            object: "vector_store";
            /** @description Epoch seconds */
            created_at: number;
            name: string;
            description: string | null;
            usage_bytes: number;
            file_counts: components["schemas"]["FileCounts"];
            /** @enum {string} */
            status: "in_progress" | "completed" | "expired";
            expires_after: {
                /** @constant */
                anchor: "last_active_at";
                days: number;
            } | null;
            /** @description Epoch seconds */
            expires_at: number | null;
            /** @description Epoch seconds */
            last_active_at: number | null;
            metadata: {
                [key: string]: string;
            };
            /** @description Who may read it; absent when all of its owner's callers may */
            groups?: string[];
            owner: string;
        };
        /** @description A page of vector stores of every owner */
        AdminStoreList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["AdminStore"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description A vector store, with whose it is and its last reindex */
        AdminStoreWhole: {
            id: string;
            /** @constant */
            object: "vector_store";
            /** @description Epoch seconds */
            created_at: number;
            name: string;
            description: string | null;
            usage_bytes: number;
            file_counts: components["schemas"]["FileCounts"];
            /** @enum {string} */
            status: "in_progress" | "completed" | "expired";
            expires_after: {
                /** @constant */
                anchor: "last_active_at";
                days: number;
            } | null;
            /** @description Epoch seconds */
            expires_at: number | null;
            /** @description Epoch seconds */
            last_active_at: number | null;
            metadata: {
                [key: string]: string;
            };
            /** @description Who may read it; absent when all of its owner's callers may */
            groups?: string[];
            owner: string;
            reindex: components["schemas"]["Reindex"] | null;
        };
        /** @description A file of a vector store, with its name and its sizes */
        AdminStoreFile: {
            id: string;
            /** @constant */
            object: "vector_store.file";
            usage_bytes: number;
            /** @description Epoch seconds */
            created_at: number;
            vector_store_id: string;
            /** @enum {string} */
            status: "in_progress" | "completed" | "failed" | "cancelled";
            last_error: {
                /** @enum {string} */
                code: "unsupported_file" | "invalid_file" | "server_error";
                message: string;
            } | null;
            chunking_strategy: {
                /** @constant */
                type: "other";
            } | {
                /** @constant */
                type: "static";
                static: {
                    max_chunk_size_tokens: number;
                    chunk_overlap_tokens: number;
                };
            };
            attributes: components["schemas"]["Attributes"];
            filename: string;
            bytes: number;
            chunks: number;
        };
        /** @description A page of a store's files */
        AdminStoreFileList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["AdminStoreFile"][];
            first_id: string | null;
            last_id: string | null;
            has_more: boolean;
        };
        /** @description How long requests took; what was not asked for is null */
        LatencyBucket: {
            /** @constant */
            object: "latency.bucket";
            /** @description Epoch seconds */
            start_time: number;
            /** @description Epoch seconds */
            end_time: number;
            key: string | null;
            key_name: string | null;
            model: string | null;
            upstream: string | null;
            agent: string | null;
            owner: string | null;
            /** @description Those that did not fail */
            requests: number;
            /** @description Milliseconds, of the nearest rank */
            p50_ms: number;
            /** @description Milliseconds, of the nearest rank */
            p95_ms: number;
            /** @description Milliseconds, of the nearest rank */
            p99_ms: number;
        };
        /** @description Percentiles of latency */
        LatencyList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["LatencyBucket"][];
            has_more: boolean;
        };
        /** @description How the server and its upstreams are doing */
        AdminHealth: {
            /** @constant */
            object: "admin.health";
            version: string;
            /** @description The id of the process that answers, and that has seen what it tells */
            process: number;
            /** @description How many web processes there are on this machine */
            processes: number;
            checks: {
                records: string;
                index: string;
            };
            upstreams: components["schemas"]["UpstreamHealth"][];
        };
        /** @description An upstream, as one process has seen it */
        UpstreamHealth: {
            /** @constant */
            object: "upstream.health";
            name: string;
            kind: string;
            base_url: string;
            /** @enum {string} */
            status: "ok" | "failing" | "down" | "unknown";
            /** @enum {string|null} */
            circuit: "closed" | "open" | "half-open" | null;
            retry_in_s: number;
            calls_in_flight: number;
            calls_waiting: number;
            calls: number;
            failures: number;
            /** @description Epoch seconds */
            last_answer_at: number | null;
            /** @description Epoch seconds */
            last_failure_at: number | null;
            /** @description A status, or a word such as `timeout` */
            last_failure: string | null;
            /** @description To the first piece of an answer, of the last calls */
            p50_ms: number | null;
            p95_ms: number | null;
            /** @description How many it has; null while nobody knows */
            models: number | null;
        };
        /** @description The session of a browser at the admin desk */
        AdminSession: {
            /** @constant */
            object: "admin.session";
            signed_in: boolean;
            /** @description Of the key or the person; empty for the admin key */
            name: string | null;
            /** @description Epoch seconds */
            expires_at: number | null;
            /** @description What requests of the page send in `X-CSRF-Token` */
            csrf_token: string | null;
            admin_key_set: boolean;
            /** @description Where people log in at the issuer */
            login_url: string | null;
            /** @description The administrator who has done so */
            person: string | null;
        };
        /** @description Whether a session is open now */
        AdminLogin: {
            /** @constant */
            object: "admin.login";
            signed_in: boolean;
        };
        /** @description An image that is wanted */
        ImageRequest: {
            /** @description A model of the upstream's; its first that serves this by default */
            model?: string | null;
            prompt: string;
            /** @enum {string|null} */
            response_format?: "url" | "b64_json" | null;
            size?: string | null;
            n?: number | null;
            /** @enum {string|null} */
            background?: "transparent" | "opaque" | "auto" | null;
            /** @enum {string|null} */
            output_format?: "png" | "jpeg" | "webp" | null;
            /** @description Percent */
            output_compression?: number | null;
            quality?: string | null;
            stream?: boolean | null;
            partial_images?: number | null;
            user?: string;
            /** @enum {string|null} */
            moderation?: "low" | "auto" | null;
            /** @enum {string|null} */
            style?: "vivid" | "natural" | null;
        };
        /** @description A change of images that the upstream has, or fetches */
        ImageEditRequest: {
            /** @description A model of the upstream's; its first that serves this by default */
            model?: string | null;
            prompt: string;
            images: {
                image_url?: string;
                /** @description Of a file of the upstream's */
                file_id?: string;
            }[];
            mask?: {
                image_url?: string;
                /** @description Of a file of the upstream's */
                file_id?: string;
            } | null;
            /** @enum {string|null} */
            response_format?: "url" | "b64_json" | null;
            size?: string | null;
            n?: number | null;
            /** @enum {string|null} */
            background?: "transparent" | "opaque" | "auto" | null;
            /** @enum {string|null} */
            output_format?: "png" | "jpeg" | "webp" | null;
            /** @description Percent */
            output_compression?: number | null;
            quality?: string | null;
            stream?: boolean | null;
            partial_images?: number | null;
            user?: string;
            /** @enum {string|null} */
            input_fidelity?: "high" | "low" | null;
            /** @enum {string|null} */
            moderation?: "low" | "auto" | null;
        };
        /** @description A change of images that are sent */
        ImageEditForm: {
            /** @description A model of the upstream's; its first that serves this by default */
            model?: string | null;
            prompt: string;
            /** @description One, or several as `image[]` */
            image: Blob | Blob[];
            /** Format: binary */
            mask?: Blob;
            /** @enum {string|null} */
            response_format?: "url" | "b64_json" | null;
            size?: string | null;
            n?: number | null;
            /** @enum {string|null} */
            background?: "transparent" | "opaque" | "auto" | null;
            /** @enum {string|null} */
            output_format?: "png" | "jpeg" | "webp" | null;
            /** @description Percent */
            output_compression?: number | null;
            quality?: string | null;
            stream?: boolean | null;
            partial_images?: number | null;
            user?: string;
            /** @enum {string|null} */
            input_fidelity?: "high" | "low" | null;
        };
        /** @description An image that others like it are wanted of */
        ImageVariationForm: {
            /** @description A model of the upstream's; its first that serves this by default */
            model?: string | null;
            /** Format: binary */
            image: Blob;
            /** @enum {string|null} */
            response_format?: "url" | "b64_json" | null;
            size?: string | null;
            n?: number | null;
            user?: string;
        };
        /** @description A text to be spoken */
        SpeechRequest: {
            /** @description A model of the upstream's; its first that serves this by default */
            model?: string | null;
            /** @description What is spoken */
            input: string;
            voice: string | {
                [key: string]: unknown;
            };
            /** @description How it is spoken */
            instructions?: string;
            response_format?: string;
            speed?: number;
            /** @enum {string} */
            stream_format?: "sse" | "audio";
        };
        /** @description Speech to be written down */
        TranscriptionForm: {
            /** @description A model of the upstream's; its first that serves this by default */
            model?: string | null;
            /** Format: binary */
            file: Blob;
            /** @description What goes before, or how to write */
            prompt?: string;
            response_format?: string;
            temperature?: number;
            /** @description ISO 639-1 */
            language?: string;
            languages?: string[];
            keywords?: string[];
            include?: string[];
            timestamp_granularities?: ("word" | "segment")[];
            stream?: boolean | null;
            chunking_strategy?: (string | {
                [key: string]: unknown;
            }) | null;
            known_speaker_names?: string[];
            known_speaker_references?: string[];
        };
        /** @description Speech to be written down in English */
        TranslationForm: {
            /** @description A model of the upstream's; its first that serves this by default */
            model?: string | null;
            /** Format: binary */
            file: Blob;
            /** @description What goes before, or how to write */
            prompt?: string;
            response_format?: string;
            temperature?: number;
        };
        /** @description What is to be judged */
        ModerationRequest: {
            /** @description A model of the upstream's; its first that serves this by default */
            model?: string | null;
            input: string | (string | {
                [key: string]: unknown;
            })[];
        };
    };
    responses: {
        /** @description Something in the request is wrong; `param` names it */
        Error400: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No key, or one that is not known */
        Error401: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                /** @description How to show who one is */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The key may not do this */
        Error403: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description There is no such thing, or it is somebody else's */
        Error404: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description It cannot be done as things stand, or the same request is being answered */
        Error409: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body is too large */
        Error413: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body has another type than is read here */
        Error415: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The file has no such range */
        Error416: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A limit or a budget is used up; `retry-after` says for how long */
        Error429: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "retry-after": components["headers"]["retry-after"];
                "retry-after-ms": components["headers"]["retry-after-ms"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description An error of the server's own */
        Error500: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No upstream of this server's serves this */
        Error501: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The upstream failed */
        Error502: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The upstream, the records or the index do not answer */
        Error503: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "retry-after": components["headers"]["retry-after"];
                "retry-after-ms": components["headers"]["retry-after-ms"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The upstream took too long */
        Error504: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description No room is left to store it */
        Error507: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The upstream's refusal, passed on */
        Refused: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "openai-processing-ms": components["headers"]["openai-processing-ms"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "retry-after": components["headers"]["retry-after"];
                "retry-after-ms": components["headers"]["retry-after-ms"];
                "x-should-retry": components["headers"]["x-should-retry"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /** @description The id of the request in the logs and on the answer; one is made when it has none */
        RequestId: string;
        /** @description The same request under the same key is answered once, and told again what it was */
        IdempotencyKey: string;
        /** @description `no-store` keeps the request away from the cache of answers, `no-cache` has it answered anew */
        CacheControl: string;
        /** @description As Azure's clients send it; any will do */
        ApiVersion: string;
        /** @description The path of this server to go to after the login */
        Next: string;
        /** @description As the login was begun with */
        LoginState: string;
        /** @description What the issuer gives for who has logged in */
        LoginCode: string;
        /** @description The part of the file that is wanted, in bytes */
        Range: string;
    };
    requestBodies: never;
    headers: {
        /** @description The id of the request, the client's own if it sent one */
        "x-request-id": string;
        /** @description Milliseconds until the answer began */
        "openai-processing-ms": number;
        /** @description The same by its steps: auth, retrieve, upstream, total */
        "Server-Timing": string;
        /** @description Requests that the key may make in a minute */
        "x-ratelimit-limit-requests": number;
        /** @description Tokens that it may consume in a minute */
        "x-ratelimit-limit-tokens": number;
        /** @description Requests left */
        "x-ratelimit-remaining-requests": number;
        /** @description Tokens left */
        "x-ratelimit-remaining-tokens": number;
        /** @description How long until none is counted any more, such as `1m2s` */
        "x-ratelimit-reset-requests": string;
        /** @description The same for tokens */
        "x-ratelimit-reset-tokens": string;
        /** @description Seconds to wait */
        "retry-after": number;
        /** @description Milliseconds to wait */
        "retry-after-ms": number;
        /** @description `false` where trying again will not help */
        "x-should-retry": string;
        /** @description The sources as JSON, when `rag.sources` asks for `header` */
        "X-Metadata-Sources": string;
        /** @description US dollars, where the prices are known; of a whole answer alone */
        "x-ragproxy-cost": number;
        /** @description The upstreams that were tried before */
        "x-ragproxy-tried": string;
        /** @description `hit` when the answer is out of the cache, else `miss`; absent when it was not asked */
        "x-cache": string;
        /** @description `true` when the request was answered before under the same key */
        "x-idempotent-replay": string;
        /** @description Milliseconds after which asking again is worth while */
        "openai-poll-after-ms": number;
        /** @description The name to save it under */
        "Content-Disposition": string;
    };
    pathItems: never;
}
export type Rag = components['schemas']['Rag'];
export type ChatRequest = components['schemas']['ChatRequest'];
export type CompletionChange = components['schemas']['CompletionChange'];
export type CompletionOrChat = components['schemas']['CompletionOrChat'];
export type ResponseRequest = components['schemas']['ResponseRequest'];
export type TokenCount = components['schemas']['TokenCount'];
export type Compact = components['schemas']['Compact'];
export type ConversationRequest = components['schemas']['ConversationRequest'];
export type ConversationChange = components['schemas']['ConversationChange'];
export type NewItems = components['schemas']['NewItems'];
export type StaticChunking = components['schemas']['StaticChunking'];
export type Chunking = components['schemas']['Chunking'];
export type NewStore = components['schemas']['NewStore'];
export type Searched = components['schemas']['Searched'];
export type Interpreter = components['schemas']['Interpreter'];
export type ToolResources = components['schemas']['ToolResources'];
export type AssistantRequest = components['schemas']['AssistantRequest'];
export type AssistantChange = components['schemas']['AssistantChange'];
export type MessageAttachment = components['schemas']['MessageAttachment'];
export type NewMessage = components['schemas']['NewMessage'];
export type ThreadRequest = components['schemas']['ThreadRequest'];
export type ThreadChange = components['schemas']['ThreadChange'];
export type MessageChange = components['schemas']['MessageChange'];
export type NewRun = components['schemas']['NewRun'];
export type ThreadAndRun = components['schemas']['ThreadAndRun'];
export type RunMetadata = components['schemas']['RunMetadata'];
export type ToolOutput = components['schemas']['ToolOutput'];
export type ToolOutputs = components['schemas']['ToolOutputs'];
export type EmbeddingRequest = components['schemas']['EmbeddingRequest'];
export type FineTuningRequest = components['schemas']['FineTuningRequest'];
export type Sharing = components['schemas']['Sharing'];
export type FileExpiry = components['schemas']['FileExpiry'];
export type UploadRequest = components['schemas']['UploadRequest'];
export type UploadEnd = components['schemas']['UploadEnd'];
export type StoreExpiry = components['schemas']['StoreExpiry'];
export type StoreRequest = components['schemas']['StoreRequest'];
export type StoreChange = components['schemas']['StoreChange'];
export type Ranking = components['schemas']['Ranking'];
export type SearchRequest = components['schemas']['SearchRequest'];
export type Attachment = components['schemas']['Attachment'];
export type AttributesChange = components['schemas']['AttributesChange'];
export type BatchRequest = components['schemas']['BatchRequest'];
export type BatchJobRequest = components['schemas']['BatchJobRequest'];
export type Params = components['schemas']['Params'];
export type Retrieval = components['schemas']['Retrieval'];
export type Allowance = components['schemas']['Allowance'];
export type AgentRequest = components['schemas']['AgentRequest'];
export type AgentChange = components['schemas']['AgentChange'];
export type Limits = components['schemas']['Limits'];
export type Budget = components['schemas']['Budget'];
export type KeyRequest = components['schemas']['KeyRequest'];
export type KeyChange = components['schemas']['KeyChange'];
export type Rotation = components['schemas']['Rotation'];
export type SignIn = components['schemas']['SignIn'];
export type TextPart = components['schemas']['TextPart'];
export type ImagePart = components['schemas']['ImagePart'];
export type AudioPart = components['schemas']['AudioPart'];
export type FilePart = components['schemas']['FilePart'];
export type RefusalPart = components['schemas']['RefusalPart'];
export type ContentPart = components['schemas']['ContentPart'];
export type DeveloperMessage = components['schemas']['DeveloperMessage'];
export type SystemMessage = components['schemas']['SystemMessage'];
export type UserMessage = components['schemas']['UserMessage'];
export type AssistantMessage = components['schemas']['AssistantMessage'];
export type ToolMessage = components['schemas']['ToolMessage'];
export type FunctionMessage = components['schemas']['FunctionMessage'];
export type ChatMessage = components['schemas']['ChatMessage'];
export type ChatFunction = components['schemas']['ChatFunction'];
export type ChatFunctionTool = components['schemas']['ChatFunctionTool'];
export type ChatCustomTool = components['schemas']['ChatCustomTool'];
export type ChatCustomFormat = components['schemas']['ChatCustomFormat'];
export type ChatTool = components['schemas']['ChatTool'];
export type ChatToolChoice = components['schemas']['ChatToolChoice'];
export type ChatFunctionChoice = components['schemas']['ChatFunctionChoice'];
export type ChatResponseFormat = components['schemas']['ChatResponseFormat'];
export type ResponseTextFormat = components['schemas']['ResponseTextFormat'];
export type ResponseSearchTool = components['schemas']['ResponseSearchTool'];
export type ResponseFunctionTool = components['schemas']['ResponseFunctionTool'];
export type CustomFormat = components['schemas']['CustomFormat'];
export type ResponseCustomTool = components['schemas']['ResponseCustomTool'];
export type ShownFunctionTool = components['schemas']['ShownFunctionTool'];
export type ShownTool = components['schemas']['ShownTool'];
export type ResponseTool = components['schemas']['ResponseTool'];
export type ResponseToolChoice = components['schemas']['ResponseToolChoice'];
export type InputText = components['schemas']['InputText'];
export type InputImage = components['schemas']['InputImage'];
export type InputFile = components['schemas']['InputFile'];
export type SaidText = components['schemas']['SaidText'];
export type InputMessage = components['schemas']['InputMessage'];
export type CallOutput = components['schemas']['CallOutput'];
export type EarlierItem = components['schemas']['EarlierItem'];
export type ItemReference = components['schemas']['ItemReference'];
export type NewItem = components['schemas']['NewItem'];
export type InputItem = components['schemas']['InputItem'];
export type RunToolChoice = components['schemas']['RunToolChoice'];
export type NewMessagePart = components['schemas']['NewMessagePart'];
export type AttachmentTool = components['schemas']['AttachmentTool'];
export type ComparisonFilter = components['schemas']['ComparisonFilter'];
export type CompoundFilter = components['schemas']['CompoundFilter'];
export type Filter = components['schemas']['Filter'];
export type Source = components['schemas']['Source'];
export type SourceExcerpt = components['schemas']['SourceExcerpt'];
export type UrlCitation = components['schemas']['UrlCitation'];
export type Usage = components['schemas']['Usage'];
export type FunctionCall = components['schemas']['FunctionCall'];
export type CustomCall = components['schemas']['CustomCall'];
export type ToolCall = components['schemas']['ToolCall'];
export type ToolCallPiece = components['schemas']['ToolCallPiece'];
export type Logprobs = components['schemas']['Logprobs'];
export type TokenLogprob = components['schemas']['TokenLogprob'];
export type AnswerMessage = components['schemas']['AnswerMessage'];
export type ChatChoice = components['schemas']['ChatChoice'];
export type ChatCompletion = components['schemas']['ChatCompletion'];
export type ChatDelta = components['schemas']['ChatDelta'];
export type ChatCompletionChunk = components['schemas']['ChatCompletionChunk'];
export type StoredChatCompletion = components['schemas']['StoredChatCompletion'];
export type StoredChatCompletionList = components['schemas']['StoredChatCompletionList'];
export type StoredChatCompletionDeleted = components['schemas']['StoredChatCompletionDeleted'];
export type StoredMessage = components['schemas']['StoredMessage'];
export type StoredMessageList = components['schemas']['StoredMessageList'];
export type TextCompletion = components['schemas']['TextCompletion'];
export type TextLogprobs = components['schemas']['TextLogprobs'];
export type TextChoice = components['schemas']['TextChoice'];
export type TextCompletionChunk = components['schemas']['TextCompletionChunk'];
export type FileCitation = components['schemas']['FileCitation'];
export type PageCitation = components['schemas']['PageCitation'];
export type OutputText = components['schemas']['OutputText'];
export type Refusal = components['schemas']['Refusal'];
export type ReasoningText = components['schemas']['ReasoningText'];
export type OutputMessage = components['schemas']['OutputMessage'];
export type FileSearchCall = components['schemas']['FileSearchCall'];
export type FileSearchResult = components['schemas']['FileSearchResult'];
export type Attributes = components['schemas']['Attributes'];
export type ReasoningItem = components['schemas']['ReasoningItem'];
export type FunctionCallItem = components['schemas']['FunctionCallItem'];
export type CustomCallItem = components['schemas']['CustomCallItem'];
export type OutputItem = components['schemas']['OutputItem'];
export type Item = components['schemas']['Item'];
export type ItemList = components['schemas']['ItemList'];
export type ResponseUsage = components['schemas']['ResponseUsage'];
export type Response = components['schemas']['Response'];
export type ResponseDeleted = components['schemas']['ResponseDeleted'];
export type InputTokens = components['schemas']['InputTokens'];
export type Compaction = components['schemas']['Compaction'];
export type Conversation = components['schemas']['Conversation'];
export type ConversationList = components['schemas']['ConversationList'];
export type ConversationDeleted = components['schemas']['ConversationDeleted'];
export type ResponseStateEvent = components['schemas']['ResponseStateEvent'];
export type OutputItemEvent = components['schemas']['OutputItemEvent'];
export type ContentPartEvent = components['schemas']['ContentPartEvent'];
export type FileSearchEvent = components['schemas']['FileSearchEvent'];
export type TextDeltaEvent = components['schemas']['TextDeltaEvent'];
export type TextDoneEvent = components['schemas']['TextDoneEvent'];
export type AnnotationEvent = components['schemas']['AnnotationEvent'];
export type RefusalDeltaEvent = components['schemas']['RefusalDeltaEvent'];
export type RefusalDoneEvent = components['schemas']['RefusalDoneEvent'];
export type ReasoningDeltaEvent = components['schemas']['ReasoningDeltaEvent'];
export type ReasoningDoneEvent = components['schemas']['ReasoningDoneEvent'];
export type ArgumentsDeltaEvent = components['schemas']['ArgumentsDeltaEvent'];
export type ArgumentsDoneEvent = components['schemas']['ArgumentsDoneEvent'];
export type CustomInputDeltaEvent = components['schemas']['CustomInputDeltaEvent'];
export type CustomInputDoneEvent = components['schemas']['CustomInputDoneEvent'];
export type ResponseStreamEvent = components['schemas']['ResponseStreamEvent'];
export type File = components['schemas']['File'];
export type FileList = components['schemas']['FileList'];
export type FileDeleted = components['schemas']['FileDeleted'];
export type Upload = components['schemas']['Upload'];
export type UploadPart = components['schemas']['UploadPart'];
export type FileCounts = components['schemas']['FileCounts'];
export type VectorStore = components['schemas']['VectorStore'];
export type VectorStoreList = components['schemas']['VectorStoreList'];
export type VectorStoreDeleted = components['schemas']['VectorStoreDeleted'];
export type VectorStoreFile = components['schemas']['VectorStoreFile'];
export type VectorStoreFileList = components['schemas']['VectorStoreFileList'];
export type VectorStoreFileDeleted = components['schemas']['VectorStoreFileDeleted'];
export type VectorStoreFileContent = components['schemas']['VectorStoreFileContent'];
export type VectorStoreFileBatch = components['schemas']['VectorStoreFileBatch'];
export type SearchResults = components['schemas']['SearchResults'];
export type Reindex = components['schemas']['Reindex'];
export type FolderFile = components['schemas']['FolderFile'];
export type FolderFileList = components['schemas']['FolderFileList'];
export type FolderOutcomes = components['schemas']['FolderOutcomes'];
export type FileSearchTool = components['schemas']['FileSearchTool'];
export type FunctionTool = components['schemas']['FunctionTool'];
export type AssistantFormat = components['schemas']['AssistantFormat'];
export type AssistantTool = components['schemas']['AssistantTool'];
export type ToolStores = components['schemas']['ToolStores'];
export type Assistant = components['schemas']['Assistant'];
export type AssistantList = components['schemas']['AssistantList'];
export type AssistantDeleted = components['schemas']['AssistantDeleted'];
export type Thread = components['schemas']['Thread'];
export type ThreadDeleted = components['schemas']['ThreadDeleted'];
export type MessageCitation = components['schemas']['MessageCitation'];
export type MessageText = components['schemas']['MessageText'];
export type MessageRefusal = components['schemas']['MessageRefusal'];
export type MessageImageUrl = components['schemas']['MessageImageUrl'];
export type MessageImageFile = components['schemas']['MessageImageFile'];
export type Message = components['schemas']['Message'];
export type MessageList = components['schemas']['MessageList'];
export type MessageDeleted = components['schemas']['MessageDeleted'];
export type RunUsage = components['schemas']['RunUsage'];
export type RequiredAction = components['schemas']['RequiredAction'];
export type Run = components['schemas']['Run'];
export type RunList = components['schemas']['RunList'];
export type StepFunctionCall = components['schemas']['StepFunctionCall'];
export type StepSearchCall = components['schemas']['StepSearchCall'];
export type MessageCreation = components['schemas']['MessageCreation'];
export type StepToolCalls = components['schemas']['StepToolCalls'];
export type RunStep = components['schemas']['RunStep'];
export type RunStepList = components['schemas']['RunStepList'];
export type MessageDelta = components['schemas']['MessageDelta'];
export type MessageCitationDelta = components['schemas']['MessageCitationDelta'];
export type RunStepDelta = components['schemas']['RunStepDelta'];
export type ThreadEvent = components['schemas']['ThreadEvent'];
export type RunEvent = components['schemas']['RunEvent'];
export type RunStepEvent = components['schemas']['RunStepEvent'];
export type RunStepDeltaEvent = components['schemas']['RunStepDeltaEvent'];
export type MessageEvent = components['schemas']['MessageEvent'];
export type MessageDeltaEvent = components['schemas']['MessageDeltaEvent'];
export type RunErrorEvent = components['schemas']['RunErrorEvent'];
export type RunStreamEvent = components['schemas']['RunStreamEvent'];
export type ErrorDetails = components['schemas']['ErrorDetails'];
export type Error = components['schemas']['Error'];
export type Model = components['schemas']['Model'];
export type ModelList = components['schemas']['ModelList'];
export type EmbeddingList = components['schemas']['EmbeddingList'];
export type Batch = components['schemas']['Batch'];
export type BatchList = components['schemas']['BatchList'];
export type FineTuningJob = components['schemas']['FineTuningJob'];
export type FineTuningJobList = components['schemas']['FineTuningJobList'];
export type FineTuningEventList = components['schemas']['FineTuningEventList'];
export type FineTuningCheckpointList = components['schemas']['FineTuningCheckpointList'];
export type Images = components['schemas']['Images'];
export type Transcription = components['schemas']['Transcription'];
export type Moderation = components['schemas']['Moderation'];
export type UpstreamEvent = components['schemas']['UpstreamEvent'];
export type Agent = components['schemas']['Agent'];
export type AgentList = components['schemas']['AgentList'];
export type AgentDeleted = components['schemas']['AgentDeleted'];
export type ApiKey = components['schemas']['ApiKey'];
export type ApiKeyWithSecret = components['schemas']['ApiKeyWithSecret'];
export type ApiKeyList = components['schemas']['ApiKeyList'];
export type ApiKeyDeleted = components['schemas']['ApiKeyDeleted'];
export type UsageBucket = components['schemas']['UsageBucket'];
export type UsageList = components['schemas']['UsageList'];
export type Caller = components['schemas']['Caller'];
export type Health = components['schemas']['Health'];
export type Readiness = components['schemas']['Readiness'];
export type AdminStore = components['schemas']['AdminStore'];
export type AdminStoreList = components['schemas']['AdminStoreList'];
export type AdminStoreWhole = components['schemas']['AdminStoreWhole'];
export type AdminStoreFile = components['schemas']['AdminStoreFile'];
export type AdminStoreFileList = components['schemas']['AdminStoreFileList'];
export type LatencyBucket = components['schemas']['LatencyBucket'];
export type LatencyList = components['schemas']['LatencyList'];
export type AdminHealth = components['schemas']['AdminHealth'];
export type UpstreamHealth = components['schemas']['UpstreamHealth'];
export type AdminSession = components['schemas']['AdminSession'];
export type AdminLogin = components['schemas']['AdminLogin'];
export type ImageRequest = components['schemas']['ImageRequest'];
export type ImageEditRequest = components['schemas']['ImageEditRequest'];
export type ImageEditForm = components['schemas']['ImageEditForm'];
export type ImageVariationForm = components['schemas']['ImageVariationForm'];
export type SpeechRequest = components['schemas']['SpeechRequest'];
export type TranscriptionForm = components['schemas']['TranscriptionForm'];
export type TranslationForm = components['schemas']['TranslationForm'];
export type ModerationRequest = components['schemas']['ModerationRequest'];
export type ResponseError400 = components['responses']['Error400'];
export type ResponseError401 = components['responses']['Error401'];
export type ResponseError403 = components['responses']['Error403'];
export type ResponseError404 = components['responses']['Error404'];
export type ResponseError409 = components['responses']['Error409'];
export type ResponseError413 = components['responses']['Error413'];
export type ResponseError415 = components['responses']['Error415'];
export type ResponseError416 = components['responses']['Error416'];
export type ResponseError429 = components['responses']['Error429'];
export type ResponseError500 = components['responses']['Error500'];
export type ResponseError501 = components['responses']['Error501'];
export type ResponseError502 = components['responses']['Error502'];
export type ResponseError503 = components['responses']['Error503'];
export type ResponseError504 = components['responses']['Error504'];
export type ResponseError507 = components['responses']['Error507'];
export type ResponseRefused = components['responses']['Refused'];
export type ParameterRequestId = components['parameters']['RequestId'];
export type ParameterIdempotencyKey = components['parameters']['IdempotencyKey'];
export type ParameterCacheControl = components['parameters']['CacheControl'];
export type ParameterApiVersion = components['parameters']['ApiVersion'];
export type ParameterNext = components['parameters']['Next'];
export type ParameterLoginState = components['parameters']['LoginState'];
export type ParameterLoginCode = components['parameters']['LoginCode'];
export type ParameterRange = components['parameters']['Range'];
export type HeaderXRequestId = components['headers']['x-request-id'];
export type HeaderOpenaiProcessingMs = components['headers']['openai-processing-ms'];
export type HeaderServerTiming = components['headers']['Server-Timing'];
export type HeaderXRatelimitLimitRequests = components['headers']['x-ratelimit-limit-requests'];
export type HeaderXRatelimitLimitTokens = components['headers']['x-ratelimit-limit-tokens'];
export type HeaderXRatelimitRemainingRequests = components['headers']['x-ratelimit-remaining-requests'];
export type HeaderXRatelimitRemainingTokens = components['headers']['x-ratelimit-remaining-tokens'];
export type HeaderXRatelimitResetRequests = components['headers']['x-ratelimit-reset-requests'];
export type HeaderXRatelimitResetTokens = components['headers']['x-ratelimit-reset-tokens'];
export type HeaderRetryAfter = components['headers']['retry-after'];
export type HeaderRetryAfterMs = components['headers']['retry-after-ms'];
export type HeaderXShouldRetry = components['headers']['x-should-retry'];
export type HeaderXMetadataSources = components['headers']['X-Metadata-Sources'];
export type HeaderXRagproxyCost = components['headers']['x-ragproxy-cost'];
export type HeaderXRagproxyTried = components['headers']['x-ragproxy-tried'];
export type HeaderXCache = components['headers']['x-cache'];
export type HeaderXIdempotentReplay = components['headers']['x-idempotent-replay'];
export type HeaderOpenaiPollAfterMs = components['headers']['openai-poll-after-ms'];
export type HeaderContentDisposition = components['headers']['Content-Disposition'];
export type $defs = Record<string, never>;
export interface operations {
    ops_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            500: components["responses"]["Error500"];
        };
    };
    ops_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            500: components["responses"]["Error500"];
            /** @description A part does not answer */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    ops_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            500: components["responses"]["Error500"];
        };
    };
    sources_show_source: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The signed right to read a passage */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                    "application/json": components["schemas"]["SourceExcerpt"];
                };
            };
            /** @description There is no such thing, or it is somebody else's */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description The link has expired */
            410: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description An error of the server's own */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
        };
    };
    login_begin: {
        parameters: {
            query?: {
                /** @description The path of this server to go to after the login */
                next?: components["parameters"]["Next"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Elsewhere */
            303: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    /** @description Where to */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error of the server's own */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description No upstream of this server's serves this */
            501: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description The upstream failed */
            502: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description The upstream, the records or the index do not answer */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "retry-after": components["headers"]["retry-after"];
                    "retry-after-ms": components["headers"]["retry-after-ms"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
        };
    };
    login_finish: {
        parameters: {
            query?: {
                /** @description As the login was begun with */
                state?: components["parameters"]["LoginState"];
                /** @description What the issuer gives for who has logged in */
                code?: components["parameters"]["LoginCode"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Elsewhere */
            303: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    /** @description Where to */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Something in the request is wrong; `param` names it */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description No key, or one that is not known */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    /** @description How to show who one is */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description The key may not do this */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description An error of the server's own */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description No upstream of this server's serves this */
            501: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description The upstream failed */
            502: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description The upstream, the records or the index do not answer */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "retry-after": components["headers"]["retry-after"];
                    "retry-after-ms": components["headers"]["retry-after-ms"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
        };
    };
    login_leave: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Elsewhere */
            303: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    /** @description Where to */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The key may not do this */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description An error of the server's own */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description No upstream of this server's serves this */
            501: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
        };
    };
    me_show: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Caller"];
                    "text/html": string;
                };
            };
            /** @description Something in the request is wrong; `param` names it */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description No key, or one that is not known */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    /** @description How to show who one is */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description The key may not do this */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description A limit or a budget is used up; `retry-after` says for how long */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "retry-after": components["headers"]["retry-after"];
                    "retry-after-ms": components["headers"]["retry-after-ms"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description An error of the server's own */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description The upstream, the records or the index do not answer */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "retry-after": components["headers"]["retry-after"];
                    "retry-after-ms": components["headers"]["retry-after-ms"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
            /** @description No room is left to store it */
            507: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-should-retry": components["headers"]["x-should-retry"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "text/html": string;
                };
            };
        };
    };
    reference_show_document: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            500: components["responses"]["Error500"];
        };
    };
    reference_show_reference: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            500: components["responses"]["Error500"];
        };
    };
    stored_completions_list_chat_completions: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description Completions of this model alone, as it was asked for */
                model?: string;
                /** @description Completions with all these pairs alone, each as `metadata[key]=value` */
                metadata?: {
                    [key: string]: string;
                };
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredChatCompletionList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    chat_create_chat_completion: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
                /** @description The same request under the same key is answered once, and told again what it was */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description `no-store` keeps the request away from the cache of answers, `no-cache` has it answered anew */
                "Cache-Control"?: components["parameters"]["CacheControl"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChatRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "X-Metadata-Sources": components["headers"]["X-Metadata-Sources"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    "x-cache": components["headers"]["x-cache"];
                    "x-idempotent-replay": components["headers"]["x-idempotent-replay"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatCompletion"];
                    "text/event-stream": components["schemas"]["ChatCompletionChunk"] | components["schemas"]["Error"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    stored_completions_get_chat_completion: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a stored chat completion */
                completion_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredChatCompletion"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    stored_completions_update_chat_completion: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a stored chat completion */
                completion_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompletionChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredChatCompletion"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    stored_completions_delete_chat_completion: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a stored chat completion */
                completion_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredChatCompletionDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    stored_completions_list_chat_completion_messages: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a stored chat completion */
                completion_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredMessageList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    completions_create_completion: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
                /** @description The same request under the same key is answered once, and told again what it was */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description `no-store` keeps the request away from the cache of answers, `no-cache` has it answered anew */
                "Cache-Control"?: components["parameters"]["CacheControl"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompletionOrChat"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "X-Metadata-Sources": components["headers"]["X-Metadata-Sources"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    "x-cache": components["headers"]["x-cache"];
                    "x-idempotent-replay": components["headers"]["x-idempotent-replay"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TextCompletion"] | components["schemas"]["ChatCompletion"];
                    "text/event-stream": components["schemas"]["TextCompletionChunk"] | components["schemas"]["ChatCompletionChunk"] | components["schemas"]["Error"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    responses_create_response: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
                /** @description The same request under the same key is answered once, and told again what it was */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description `no-store` keeps the request away from the cache of answers, `no-cache` has it answered anew */
                "Cache-Control"?: components["parameters"]["CacheControl"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResponseRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "X-Metadata-Sources": components["headers"]["X-Metadata-Sources"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    "x-cache": components["headers"]["x-cache"];
                    "x-idempotent-replay": components["headers"]["x-idempotent-replay"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Response"];
                    "text/event-stream": components["schemas"]["ResponseStreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    responses_get_response: {
        parameters: {
            query?: {
                /** @description true: as the events that make it */
                stream?: "true" | "false" | "True" | "False" | "1" | "0" | "";
                /** @description The number of the event that the stream begins after */
                starting_after?: number;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a response */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Response"];
                    "text/event-stream": components["schemas"]["ResponseStreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    responses_delete_response: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a response */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResponseDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    responses_cancel_response: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a response */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Response"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    responses_list_input_items: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a response */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    responses_count_input_tokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenCount"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InputTokens"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    responses_compact_response: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Compact"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compaction"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    conversations_list_conversations: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
                /** @description Those whose `title`, in their metadata, has these words */
                query?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    conversations_create_conversation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConversationRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    conversations_get_conversation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a conversation */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    conversations_update_conversation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a conversation */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConversationChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    conversations_delete_conversation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a conversation */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    conversations_list_conversation_items: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description What to show beside what is always shown */
                include?: ("file_search_call.results" | "web_search_call.results" | "web_search_call.action.sources" | "message.input_image.image_url" | "computer_call_output.output.image_url" | "code_interpreter_call.outputs" | "reasoning.encrypted_content" | "message.output_text.logprobs")[];
                /** @description What to show beside what is always shown */
                "include[]"?: ("file_search_call.results" | "web_search_call.results" | "web_search_call.action.sources" | "message.input_image.image_url" | "computer_call_output.output.image_url" | "code_interpreter_call.outputs" | "reasoning.encrypted_content" | "message.output_text.logprobs")[];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a conversation */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    conversations_create_conversation_items: {
        parameters: {
            query?: {
                /** @description What to show beside what is always shown */
                include?: ("file_search_call.results" | "web_search_call.results" | "web_search_call.action.sources" | "message.input_image.image_url" | "computer_call_output.output.image_url" | "code_interpreter_call.outputs" | "reasoning.encrypted_content" | "message.output_text.logprobs")[];
                /** @description What to show beside what is always shown */
                "include[]"?: ("file_search_call.results" | "web_search_call.results" | "web_search_call.action.sources" | "message.input_image.image_url" | "computer_call_output.output.image_url" | "code_interpreter_call.outputs" | "reasoning.encrypted_content" | "message.output_text.logprobs")[];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a conversation */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewItems"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    conversations_get_conversation_item: {
        parameters: {
            query?: {
                /** @description What to show beside what is always shown */
                include?: ("file_search_call.results" | "web_search_call.results" | "web_search_call.action.sources" | "message.input_image.image_url" | "computer_call_output.output.image_url" | "code_interpreter_call.outputs" | "reasoning.encrypted_content" | "message.output_text.logprobs")[];
                /** @description What to show beside what is always shown */
                "include[]"?: ("file_search_call.results" | "web_search_call.results" | "web_search_call.action.sources" | "message.input_image.image_url" | "computer_call_output.output.image_url" | "code_interpreter_call.outputs" | "reasoning.encrypted_content" | "message.output_text.logprobs")[];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a conversation */
                conversation_id: string;
                /** @description The id of an item of the conversation */
                item_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Item"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    conversations_delete_conversation_item: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a conversation */
                conversation_id: string;
                /** @description The id of an item of the conversation */
                item_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    assistants_list_assistants: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssistantList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    assistants_create_assistant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssistantRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assistant"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    assistants_get_assistant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of an assistant */
                assistant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assistant"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    assistants_modify_assistant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of an assistant */
                assistant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssistantChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assistant"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    assistants_delete_assistant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of an assistant */
                assistant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssistantDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    threads_create_thread: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    threads_get_thread: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    threads_modify_thread: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thread"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    threads_delete_thread: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThreadDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    thread_messages_list_messages: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
                /** @description Messages of this run alone */
                run_id?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    thread_messages_create_message: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    thread_messages_get_message: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a message of the thread */
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    thread_messages_modify_message: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a message of the thread */
                message_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MessageChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    thread_messages_delete_message: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a message of the thread */
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    runs_list_runs: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    runs_create_run: {
        parameters: {
            query?: {
                /** @description What to show beside what is always shown */
                include?: "step_details.tool_calls[*].file_search.results[*].content"[];
                /** @description What to show beside what is always shown */
                "include[]"?: "step_details.tool_calls[*].file_search.results[*].content"[];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRun"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                    "text/event-stream": components["schemas"]["RunStreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    runs_create_thread_and_run: {
        parameters: {
            query?: {
                /** @description What to show beside what is always shown */
                include?: "step_details.tool_calls[*].file_search.results[*].content"[];
                /** @description What to show beside what is always shown */
                "include[]"?: "step_details.tool_calls[*].file_search.results[*].content"[];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadAndRun"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                    "text/event-stream": components["schemas"]["RunStreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    runs_get_run: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    runs_modify_run: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunMetadata"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    runs_cancel_run: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    runs_submit_tool_outputs: {
        parameters: {
            query?: {
                /** @description What to show beside what is always shown */
                include?: "step_details.tool_calls[*].file_search.results[*].content"[];
                /** @description What to show beside what is always shown */
                "include[]"?: "step_details.tool_calls[*].file_search.results[*].content"[];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ToolOutputs"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                    "text/event-stream": components["schemas"]["RunStreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    runs_list_run_steps: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
                /** @description What to show beside what is always shown */
                include?: "step_details.tool_calls[*].file_search.results[*].content"[];
                /** @description What to show beside what is always shown */
                "include[]"?: "step_details.tool_calls[*].file_search.results[*].content"[];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStepList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    runs_get_run_step: {
        parameters: {
            query?: {
                /** @description What to show beside what is always shown */
                include?: "step_details.tool_calls[*].file_search.results[*].content"[];
                /** @description What to show beside what is always shown */
                "include[]"?: "step_details.tool_calls[*].file_search.results[*].content"[];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a thread */
                thread_id: string;
                /** @description The id of a run of the thread */
                run_id: string;
                /** @description The id of a step of the run */
                step_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStep"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    embeddings_create_embedding: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmbeddingRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbeddingList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    relays_create_image: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImageRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Images"];
                    "text/event-stream": components["schemas"]["UpstreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    relays_create_image_edit: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["ImageEditForm"];
                "application/json": components["schemas"]["ImageEditRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Images"];
                    "text/event-stream": components["schemas"]["UpstreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    relays_create_image_variation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["ImageVariationForm"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Images"];
                    "text/event-stream": components["schemas"]["UpstreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    relays_create_speech: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SpeechRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "audio/*": Blob;
                    "text/event-stream": components["schemas"]["UpstreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    relays_create_transcription: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["TranscriptionForm"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transcription"];
                    "text/plain": string;
                    "text/event-stream": components["schemas"]["UpstreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    relays_create_translation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["TranslationForm"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transcription"];
                    "text/plain": string;
                    "text/event-stream": components["schemas"]["UpstreamEvent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    relays_create_moderation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModerationRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Moderation"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    fine_tuning_list_jobs: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FineTuningJobList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    fine_tuning_create_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FineTuningRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FineTuningJob"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    fine_tuning_retrieve_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FineTuningJob"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    fine_tuning_cancel_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FineTuningJob"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    fine_tuning_pause_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FineTuningJob"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    fine_tuning_resume_job: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FineTuningJob"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    fine_tuning_list_job_events: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FineTuningEventList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    fine_tuning_list_job_checkpoints: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a fine-tuning job */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FineTuningCheckpointList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            501: components["responses"]["Error501"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    models_list_models: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    models_retrieve_model: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description What `model` names; it may hold slashes */
                model_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    files_list_files: {
        parameters: {
            query?: {
                /** @description Files of a page, 10000 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description Files of this purpose alone */
                purpose?: "assistants" | "assistants_output" | "batch" | "batch_output" | "fine-tune" | "fine-tune-results" | "vision" | "user_data" | "evals";
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    files_create_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** Format: binary */
                    file: Blob;
                    /** @enum {string} */
                    purpose: "assistants" | "batch" | "fine-tune" | "vision" | "user_data" | "evals";
                    /** @constant */
                    "expires_after[anchor]"?: "created_at";
                    "expires_after[seconds]"?: number;
                    groups?: string;
                };
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    files_retrieve_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    files_share_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Sharing"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    files_delete_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    files_download_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
                /** @description The part of the file that is wanted, in bytes */
                Range?: components["parameters"]["Range"];
            };
            path: {
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": Blob;
                };
            };
            /** @description The part that `Range` asked for */
            206: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "*/*": Blob;
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            416: components["responses"]["Error416"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    uploads_create_upload: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    uploads_add_upload_part: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of an upload */
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** Format: binary */
                    data: Blob;
                };
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadPart"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    uploads_complete_upload: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of an upload */
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadEnd"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    uploads_cancel_upload: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of an upload */
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_stores_list_vector_stores: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_stores_create_vector_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StoreRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStore"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_stores_get_vector_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStore"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_stores_modify_vector_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StoreChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStore"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_stores_delete_vector_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_stores_search_vector_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResults"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    vector_store_files_list_vector_store_files: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
                /** @description Files of this status alone */
                filter?: "in_progress" | "completed" | "failed" | "cancelled";
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFileList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_files_create_vector_store_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Attachment"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFile"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_files_get_vector_store_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "openai-poll-after-ms": components["headers"]["openai-poll-after-ms"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFile"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_files_update_vector_store_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AttributesChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFile"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_files_delete_vector_store_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFileDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_files_retrieve_vector_store_file_content: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFileContent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_file_batches_create_vector_store_file_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFileBatch"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_file_batches_get_vector_store_file_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a batch */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "openai-poll-after-ms": components["headers"]["openai-poll-after-ms"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFileBatch"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_file_batches_cancel_vector_store_file_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a batch */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFileBatch"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_file_batches_list_files_in_vector_store_batch: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
                /** @description Files of this status alone */
                filter?: "in_progress" | "completed" | "failed" | "cancelled";
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
                /** @description The id of a batch */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFileList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_reindex_get_vector_store_reindex: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reindex"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    vector_store_reindex_reindex_vector_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reindex"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    folder_files_list_folder_files: {
        parameters: {
            query?: {
                /** @description Files of a page, 10000 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderFileList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    folder_files_put_folder_files: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store */
                vector_store_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /** @description JSON: {"files": [{"source": "/docs/a.md", "filename": "a.md"}]} */
                    manifest: string;
                    file: Blob[];
                };
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderOutcomes"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    batches_list_batches: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    batches_create_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchJobRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    batches_retrieve_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a batch */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    batches_cancel_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a batch */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_agents_list_agents: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
                /** @description Those of this owner alone; ids in cursors are `owner/id` else */
                owner?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_agents_create_agent: {
        parameters: {
            query?: {
                /** @description Its owner, `*` for the server; the caller's own by default */
                owner?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_agents_get_agent: {
        parameters: {
            query?: {
                /** @description Its owner, `*` for the server; the caller's own by default */
                owner?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description What `model` names */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_agents_modify_agent: {
        parameters: {
            query?: {
                /** @description Its owner, `*` for the server; the caller's own by default */
                owner?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description What `model` names */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_agents_delete_agent: {
        parameters: {
            query?: {
                /** @description Its owner, `*` for the server; the caller's own by default */
                owner?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description What `model` names */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_keys_list_keys: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_keys_create_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithSecret"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_keys_get_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a key, which is not its secret */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_keys_modify_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a key, which is not its secret */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyChange"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_keys_revoke_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a key, which is not its secret */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_keys_rotate_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a key, which is not its secret */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rotation"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithSecret"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_stores_list_stores: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
                /** @description Those of this owner alone */
                owner?: string;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminStoreList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_stores_get_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminStoreWhole"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_stores_delete_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_stores_reindex_store: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reindex"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_stores_list_store_files: {
        parameters: {
            query?: {
                /** @description Items of a page, 20 by default */
                limit?: number;
                /** @description By time of creation; desc, the newest first, by default */
                order?: "asc" | "desc";
                /** @description The page that begins after the item of this id */
                after?: string;
                /** @description The page that ends before the item of this id */
                before?: string;
                /** @description Files of this status alone */
                filter?: "in_progress" | "completed" | "failed" | "cancelled";
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminStoreFileList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_stores_retry_store_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminStoreFile"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_stores_delete_store_file: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description The id of a vector store of any owner */
                store_id: string;
                /** @description The id of a file */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VectorStoreFileDeleted"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_usage_get_usage: {
        parameters: {
            query?: {
                /** @description Sums by these, separated by commas: day, hour, key, model, upstream, agent, owner; `day` by default, `none` for one sum */
                group_by?: string;
                /** @description The first day, or epoch seconds; 30 days before the end by default */
                from?: string;
                /** @description The last day, or the epoch seconds of the end; now by default */
                to?: string;
                /** @description Requests of this key or person alone, by id */
                key?: string;
                /** @description Requests that named this model alone */
                model?: string;
                /** @description Requests that this agent answered alone */
                agent?: string;
                /** @description Requests of this project alone */
                owner?: string;
                /** @description Sums at most; 1000 by default, all in CSV */
                limit?: number;
                /** @description csv: for a spreadsheet; `Accept: text/csv` asks for it too */
                format?: "json" | "csv";
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageList"];
                    "text/csv": string;
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_usage_get_latency: {
        parameters: {
            query?: {
                /** @description Sums by these, separated by commas: day, hour, key, model, upstream, agent, owner; `day` by default, `none` for one sum */
                group_by?: string;
                /** @description The first day, or epoch seconds; 30 days before the end by default */
                from?: string;
                /** @description The last day, or the epoch seconds of the end; now by default */
                to?: string;
                /** @description Requests of this key or person alone, by id */
                key?: string;
                /** @description Requests that named this model alone */
                model?: string;
                /** @description Requests that this agent answered alone */
                agent?: string;
                /** @description Requests of this project alone */
                owner?: string;
                /** @description Sums at most; 1000 by default, all in CSV */
                limit?: number;
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LatencyList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_health_get_health: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminHealth"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    admin_session_get_admin_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminSession"];
                };
            };
            403: components["responses"]["Error403"];
            500: components["responses"]["Error500"];
        };
    };
    admin_session_sign_in_at_admin_desk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminLogin"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
        };
    };
    admin_session_sign_out_of_admin_desk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminLogin"];
                };
            };
            403: components["responses"]["Error403"];
            500: components["responses"]["Error500"];
        };
    };
    azure_create_chat_completion: {
        parameters: {
            query?: {
                /** @description As Azure's clients send it; any will do */
                "api-version"?: components["parameters"]["ApiVersion"];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
                /** @description The same request under the same key is answered once, and told again what it was */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description `no-store` keeps the request away from the cache of answers, `no-cache` has it answered anew */
                "Cache-Control"?: components["parameters"]["CacheControl"];
            };
            path: {
                /** @description What `model` names elsewhere */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChatRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "X-Metadata-Sources": components["headers"]["X-Metadata-Sources"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    "x-cache": components["headers"]["x-cache"];
                    "x-idempotent-replay": components["headers"]["x-idempotent-replay"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatCompletion"];
                    "text/event-stream": components["schemas"]["ChatCompletionChunk"] | components["schemas"]["Error"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    azure_create_completion: {
        parameters: {
            query?: {
                /** @description As Azure's clients send it; any will do */
                "api-version"?: components["parameters"]["ApiVersion"];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
                /** @description The same request under the same key is answered once, and told again what it was */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description `no-store` keeps the request away from the cache of answers, `no-cache` has it answered anew */
                "Cache-Control"?: components["parameters"]["CacheControl"];
            };
            path: {
                /** @description What `model` names elsewhere */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompletionOrChat"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "X-Metadata-Sources": components["headers"]["X-Metadata-Sources"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    "x-cache": components["headers"]["x-cache"];
                    "x-idempotent-replay": components["headers"]["x-idempotent-replay"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TextCompletion"] | components["schemas"]["ChatCompletion"];
                    "text/event-stream": components["schemas"]["TextCompletionChunk"] | components["schemas"]["ChatCompletionChunk"] | components["schemas"]["Error"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    azure_create_embedding: {
        parameters: {
            query?: {
                /** @description As Azure's clients send it; any will do */
                "api-version"?: components["parameters"]["ApiVersion"];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description What `model` names elsewhere */
                deployment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmbeddingRequest"];
            };
        };
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    "x-ragproxy-cost": components["headers"]["x-ragproxy-cost"];
                    "x-ragproxy-tried": components["headers"]["x-ragproxy-tried"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbeddingList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            409: components["responses"]["Error409"];
            413: components["responses"]["Error413"];
            415: components["responses"]["Error415"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            502: components["responses"]["Error502"];
            503: components["responses"]["Error503"];
            504: components["responses"]["Error504"];
            507: components["responses"]["Error507"];
            "4XX": components["responses"]["Refused"];
        };
    };
    azure_list_models: {
        parameters: {
            query?: {
                /** @description As Azure's clients send it; any will do */
                "api-version"?: components["parameters"]["ApiVersion"];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
    azure_retrieve_model: {
        parameters: {
            query?: {
                /** @description As Azure's clients send it; any will do */
                "api-version"?: components["parameters"]["ApiVersion"];
            };
            header?: {
                /** @description The id of the request in the logs and on the answer; one is made when it has none */
                "x-request-id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @description What `model` names; it may hold slashes */
                model_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Success */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "openai-processing-ms": components["headers"]["openai-processing-ms"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    "x-ratelimit-limit-requests": components["headers"]["x-ratelimit-limit-requests"];
                    "x-ratelimit-limit-tokens": components["headers"]["x-ratelimit-limit-tokens"];
                    "x-ratelimit-remaining-requests": components["headers"]["x-ratelimit-remaining-requests"];
                    "x-ratelimit-remaining-tokens": components["headers"]["x-ratelimit-remaining-tokens"];
                    "x-ratelimit-reset-requests": components["headers"]["x-ratelimit-reset-requests"];
                    "x-ratelimit-reset-tokens": components["headers"]["x-ratelimit-reset-tokens"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            400: components["responses"]["Error400"];
            401: components["responses"]["Error401"];
            403: components["responses"]["Error403"];
            404: components["responses"]["Error404"];
            429: components["responses"]["Error429"];
            500: components["responses"]["Error500"];
            503: components["responses"]["Error503"];
            507: components["responses"]["Error507"];
        };
    };
}
