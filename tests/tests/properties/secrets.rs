//! Several secrets.

use proptest::collection::vec;
use proptest::prelude::*;
use visiono_workflow::{Code, ExpectLink, Webhook, Workflow};

use crate::strategies::*;

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn every_secret_verifies_and_has_its_position(
        first in secret(), others in vec(proptest::option::of(secret()), 0..9), link in link(),
        body in vec(any::<u8>(), 0..40), unknown in secret(),
    ) {
        let texts: Vec<_> = [Some(first.clone())].into_iter().chain(others).collect();
        let workflow = Workflow::from_texts(texts.iter().map(Option::as_ref)).unwrap();
        let webhook = Webhook::from_texts(texts.iter().map(Option::as_ref)).unwrap();
        // The first signs.
        let url = link_url(&workflow, &link);
        let sig = hmac_sha256(&first, link.payload().as_bytes());
        let end = format!("&sig={sig}");
        prop_assert!(url.ends_with(&end));
        let (signed, sig) = (webhook.sign(&body), hmac_sha256(&first, &body));
        prop_assert_eq!(signed.as_str(), &sig);

        for text in texts.iter().flatten() {
            let alone = Workflow::from_texts([Some(text)]).unwrap();
            let url = link_url(&alone, &link);
            let verified = workflow.verify_link(&url, link.ts, &ExpectLink::new()).unwrap();
            // The first of equal secrets matches.
            let position = texts.iter().position(|other| other.as_ref() == Some(text));
            prop_assert_eq!(Some(verified.secret_index()), position);
            let header = format!("sha256={}", hmac_sha256(text, &body));
            let verified = webhook.verify(&body, Some(header.as_bytes())).unwrap();
            prop_assert_eq!(Some(verified.secret_index()), position);
        }
        prop_assume!(!texts.contains(&Some(unknown.clone())));
        let url = link_url(&Workflow::from_texts([Some(&unknown)]).unwrap(), &link);
        let refused = verify_link(&workflow, &*url, link.ts, &ExpectLink::new());
        prop_assert_eq!(refused, Err((Code::InvalidSignature, vec![])));
    }

    #[test]
    fn an_error_has_the_position_of_the_secret(
        first in secret(), others in vec(proptest::option::of(secret()), 0..9), bad in "[!-~]{0,15}",
    ) {
        let mut texts: Vec<_> = [Some(first)].into_iter().chain(others).collect();
        texts.push(Some(bad));
        let error = Workflow::from_texts(texts.iter().map(Option::as_ref)).unwrap_err();
        prop_assert_eq!(error.code(), Code::InvalidSecret);
        let start = format!("secret[{}] ", texts.len() - 1);
        prop_assert!(error.to_string().starts_with(&start), "{}", error);
        // Absent secrets are skipped, except for the first.
        texts.pop();
        texts.insert(0, None);
        let error = Webhook::from_texts(texts.iter().map(Option::as_ref)).unwrap_err();
        prop_assert!(error.to_string().starts_with("secret[0] is absent"), "{}", error);
    }
}
